"""Writes the network of multilingual E5-small (a BERT) as an ONNX graph without its constants: `network.onnx`.

python -m e5.graph    after a change; a test compares the file with what this module makes

Wang et al. (2024), "Multilingual E5 Text Embeddings"; the order of the layers is BERT's (Devlin et al., 2019).
The library `onnx` is needed here only, so that no environment of the service carries it.
"""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper

from e5.constants import constants
from e5.encoder import INPUT, NETWORK, OUTPUT
from e5.weights import Weights, installed

OWN, MICROSOFT = "", "com.microsoft"
OPSET, IR_VERSION = 17, 8


class _Graph:
    """Collects the nodes; each method adds one operation and returns the name of what it gives."""

    def __init__(self, weights: Weights) -> None:
        self._heads, self._epsilon = weights.sizes.heads, weights.epsilon
        self.nodes: List[NodeProto] = []

    def norm(self, x: str, name: str) -> str:
        return self._add("LayerNormalization", [x, f"{name}.w", f"{name}.b"], name, OWN, epsilon=self._epsilon)

    def sum_norm(self, x: str, y: str, name: str) -> str:
        """The layer norm of x + y."""
        return self._add("SkipLayerNormalization", [x, y, f"{name}.w", f"{name}.b"], name, epsilon=self._epsilon)

    def linear(self, x: str, name: str) -> str:
        return self._add("DynamicQuantizeMatMul", [x, f"{name}.whole", f"{name}.scale", "", f"{name}.bias"], name)

    def attention(self, x: str, name: str) -> str:
        queries_keys_values = [f"{name}.queries", f"{name}.keys", f"{name}.values"]
        self.nodes.append(helper.make_node("Split", [x], queries_keys_values, axis=2))
        return self._add("MultiHeadAttention", queries_keys_values, name, num_heads=self._heads)

    def gelu(self, x: str, name: str) -> str:
        return self._add("Gelu", [x], name)

    def named(self, x: str, name: str) -> None:
        """Give x a name of its own."""
        self.nodes.append(helper.make_node("Identity", [x], [name]))

    def _add(self, operation: str, inputs: List[str], name: str, domain: str = MICROSOFT, **settings: Any) -> str:
        output = f"{name}.out"
        self.nodes.append(helper.make_node(operation, inputs, [output], domain=domain, **settings))
        return output


def model(weights: Weights) -> ModelProto:
    """The graph from the summed embeddings of one text's tokens to the last layer's vectors for them."""
    graph = _Graph(weights)
    x = graph.norm(INPUT, "emb.ln")
    for layer in range(weights.sizes.layers):
        at = f"l{layer}"
        seen = graph.attention(graph.linear(x, f"{at}.qkv"), f"{at}.attention")
        x = graph.sum_norm(x, graph.linear(seen, f"{at}.ao"), f"{at}.aln")
        wide = graph.gelu(graph.linear(x, f"{at}.fi"), f"{at}.gelu")
        x = graph.sum_norm(x, graph.linear(wide, f"{at}.fo"), f"{at}.oln")
    graph.named(x, OUTPUT)
    shape: List[Any] = [1, "tokens", weights.sizes.width]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in (INPUT, OUTPUT)]
    made = helper.make_graph(graph.nodes, "e5", ends[:1], ends[1:], _elsewhere(constants(weights)))
    opsets = [helper.make_opsetid(OWN, OPSET), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(made, producer_name="drogowskaz", opset_imports=opsets, ir_version=IR_VERSION)


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
