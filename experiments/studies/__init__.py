"""Studies: published results, closed forms and other programs, beside what the model gives."""
