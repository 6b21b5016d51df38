"""The island: Rasa with our own parts.

One thread for each calculation: the matrices are small, and threads that wait for each other on a busy machine made a
message three times slower than one thread alone. Training encodes on all cores all the same (`bot/encoder.py`). This
must be said before the libraries are loaded, and so must what is not to be loaded at all (`bot/absent.py`).
"""

import os

from bot import absent

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
absent.install()
