"""The command `hotline`: starts everything, and is the one command for people."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, by NumPy; there are as many processes as cores already
