"""Is it right: the model against published results, closed forms, other implementations and real networks."""
