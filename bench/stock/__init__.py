"""Stock Rasa: what a school would have without our parts, made from the same training sentences."""
