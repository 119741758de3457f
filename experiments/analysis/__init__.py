"""What a sweep says: arms compared, which assumption matters, where the winner changes."""
