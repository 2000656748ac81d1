"""How what was seen becomes what is kept: load and lock, merge, bind, write, in batches."""
