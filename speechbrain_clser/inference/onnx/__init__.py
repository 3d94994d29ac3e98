"""A model without torch: one ONNX graph, and a few lines that run it."""
