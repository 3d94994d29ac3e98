"""Export models to ONNX and run them without torch."""
