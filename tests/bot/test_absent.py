"""TensorFlow stays out of Rasa's processes, and whoever needs it is told so."""

import subprocess
import sys

import pytest

from bot.absent import LIBRARIES, NotLoaded


def test_a_process_of_the_island_loads_none_of_them() -> None:
    program = (
        "import bot, rasa.core.run, rasa.server, rasa.model_training, sys\n"
        f"print([name for name in {LIBRARIES!r} if getattr(sys.modules.get(name), '__version__', None)])"
    )
    printed = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert printed.strip() == "[]"


def test_a_component_that_would_calculate_with_them_is_refused() -> None:
    import tensorflow as tf

    with pytest.raises(NotLoaded, match="not loaded here"):
        tf.keras.layers.Dense(3)


def test_a_class_may_inherit_from_what_is_not_there_and_a_function_be_decorated() -> None:
    import tensorflow as tf

    class Layer(tf.keras.layers.Layer):
        @tf.function
        def call(self) -> int:
            return 3

    assert Layer.call(None) == 3
