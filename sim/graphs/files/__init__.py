"""Files of friendships: in what forms they come, and how each is read."""
