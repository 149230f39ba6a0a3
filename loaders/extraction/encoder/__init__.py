"""The learned part of reading: one small encoder that proposes mentions, roles and relations.

`Encoder.load().read(body, title)` needs onnxruntime and tokenizers, and the weights beside this file; no torch.
"""
