"""Writes the network of multilingual E5-small (a BERT) as an ONNX graph without its constants: `network.onnx`.

python -m e5.graph    after a change; a test compares the file with what this module makes

Wang et al. (2024), "Multilingual E5 Text Embeddings"; the order of the layers is BERT's (Devlin et al., 2019).
The library `onnx` is needed here only, so that no environment of the service carries it.
"""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from e5.constants import constants
from e5.encoder import INPUT, NETWORK, OUTPUT
from e5.weights import Weights, installed

OWN, MICROSOFT = "", "com.microsoft"
OPSET, IR_VERSION = 17, 8
# Activations have eight bits, on both sides of this middle.
MIDDLE = 128


class _Graph:
    """Collects the nodes; each method adds one operation and returns the name of what it gives.

    Everything but attention looks at one token at a time: there all tokens of all texts are rows of one matrix.
    """

    def __init__(self, weights: Weights) -> None:
        self._heads, self._epsilon = weights.sizes.heads, weights.epsilon
        self.nodes: List[NodeProto] = []
        counts = self._add("Shape", [INPUT], "counts", end=2)
        self._texts = self._add("Concat", [counts, "rest"], "texts", axis=0)
        tokens = self._add("Shape", [self.rows(INPUT, "tokens")], "tokens.count", end=1)
        self._middles = self._add("Expand", ["middle", tokens], "middles")

    def rows(self, x: str, name: str) -> str:
        """All tokens as rows of one matrix."""
        return self._add("Reshape", [x, "wide"], f"{name}.rows")

    def texts(self, x: str, name: str) -> str:
        """Texts × tokens × width again."""
        return self._add("Reshape", [x, self._texts], f"{name}.texts")

    def norm(self, x: str, name: str) -> str:
        return self._add("LayerNormalization", [x, f"{name}.w", f"{name}.b"], name, epsilon=self._epsilon)

    def sum(self, x: str, y: str, name: str) -> str:
        return self._add("Add", [x, y], name)

    def linear(self, x: str, name: str) -> str:
        """x times the matrix, in whole numbers, plus the bias. Each row of x is rounded with a scale of its own, so
        that what comes of it does not depend on the other rows.
        """
        most = self._add("ReduceMax", [self._add("Abs", [x], f"{name}.abs")], f"{name}.most", axes=[1], keepdims=1)
        step = self._add("Mul", [most, "step"], f"{name}.step")
        steps = self._add("Reshape", [step, "rest"], f"{name}.steps")
        whole = self._add("QuantizeLinear", [x, steps, self._middles], f"{name}.rounded", axis=0)
        inputs = [whole, f"{name}.whole", "one", f"{name}.scale", "middle"]
        product = self._add("MatMulIntegerToFloat", inputs, f"{name}.product", MICROSOFT)
        return self.sum(self._add("Mul", [product, step], f"{name}.scaled"), f"{name}.bias", name)

    def attention(self, x: str, name: str) -> str:
        queries_keys_values = [f"{name}.queries", f"{name}.keys", f"{name}.values"]
        self.nodes.append(helper.make_node("Split", [self.texts(x, name)], queries_keys_values, axis=2))
        seen = self._add("MultiHeadAttention", queries_keys_values, name, MICROSOFT, num_heads=self._heads)
        return self.rows(seen, name)

    def gelu(self, x: str, name: str) -> str:
        return self._add("Gelu", [x], name, MICROSOFT)

    def named(self, x: str, name: str) -> None:
        """Give x a name of its own."""
        self.nodes.append(helper.make_node("Identity", [x], [name]))

    def _add(self, operation: str, inputs: List[str], name: str, domain: str = OWN, **settings: Any) -> str:
        output = f"{name}.out"
        self.nodes.append(helper.make_node(operation, inputs, [output], domain=domain, **settings))
        return output


def model(weights: Weights) -> ModelProto:
    """The graph from the summed embeddings of texts with as many tokens each to the last layer's vectors for them."""
    graph = _Graph(weights)
    x = graph.norm(graph.rows(INPUT, "emb"), "emb.ln")
    for layer in range(weights.sizes.layers):
        at = f"l{layer}"
        seen = graph.attention(graph.linear(x, f"{at}.qkv"), f"{at}.attention")
        x = graph.norm(graph.sum(x, graph.linear(seen, f"{at}.ao"), f"{at}.seen"), f"{at}.aln")
        wide = graph.gelu(graph.linear(x, f"{at}.fi"), f"{at}.gelu")
        x = graph.norm(graph.sum(x, graph.linear(wide, f"{at}.fo"), f"{at}.thought"), f"{at}.oln")
    graph.named(graph.texts(x, "last"), OUTPUT)
    shape: List[Any] = ["texts", "tokens", weights.sizes.width]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in (INPUT, OUTPUT)]
    values = [*_inside(weights.sizes.width), *_elsewhere(constants(weights))]
    made = helper.make_graph(graph.nodes, "e5", ends[:1], ends[1:], values)
    opsets = [helper.make_opsetid(OWN, OPSET), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(made, producer_name="drogowskaz", opset_imports=opsets, ir_version=IR_VERSION)


def _inside(width: int) -> List[TensorProto]:
    """The few numbers that do not depend on the weights."""
    values: Dict[str, np.ndarray] = {
        "middle": np.array(MIDDLE, np.uint8),
        "step": np.array(1 / (MIDDLE - 1), np.float32),
        "one": np.array(1, np.float32),
        "rest": np.array([-1]),
        "wide": np.array([-1, width]),
    }
    return [numpy_helper.from_array(value, name) for name, value in values.items()]


def _elsewhere(values: Dict[str, np.ndarray]) -> List[TensorProto]:
    """The constants by name, kind and shape; their numbers are handed over when the graph is loaded."""
    found = []
    for name, value in values.items():
        kind = helper.np_dtype_to_tensor_dtype(value.dtype)
        tensor = TensorProto(name=name, data_type=kind, dims=value.shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="handed over")
        found.append(tensor)
    return found


if __name__ == "__main__":
    NETWORK.write_bytes(model(Weights(installed())).SerializeToString(deterministic=True))
