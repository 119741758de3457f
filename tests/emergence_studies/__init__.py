"""What emerges from the market without having been put into it, and what each fact hangs on.

Each study runs a few arms over the same seeds: all arms of a seed share people, goods, friendships and shocks. An
effect is computed seed by seed; a Student t interval over the seeds says whether it is there, and that of the paired
difference whether a change to the market moves it. ``python -m tests.emergence_studies`` prints them all, in a quarter
of an hour; with ``--small`` those of small markets, in a minute or two.
"""
