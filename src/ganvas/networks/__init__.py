"""The zoo: networks shaped by sizes alone; they know nothing of training."""
