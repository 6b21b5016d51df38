"""How well the trained model understands the sentences of `tests/nlu/`, written to `docs/evaluation.md`."""
