"""Tables of many runs: what works how well, with the seeds' spread and the best possible beside."""
