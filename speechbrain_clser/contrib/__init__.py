"""Parts outside of the core; they may change faster, and the core works without them.

``synthesis`` speaks the demo corpus and readings for phone alignment (extra ``demo``),
``onnx`` exports models as graphs without torch (extra ``onnx``), ``app`` serves a web
page (extra ``app``), ``publish`` uploads models to the Hugging Face Hub.
"""
