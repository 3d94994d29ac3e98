"""Limit the memory of modules while they are built.

The settings of a model can request any number of layers of any width. Parameters are
counted when they are registered, before they are filled, so that an oversized model
raises an error before the memory is allocated.
"""

import contextlib

from torch.nn.modules import module as registration

MAX_MODULES = 20_000  # the largest encoders have 2,000
SPARE_BYTES = 2**28  # for buffers that are not saved, such as filters

_limits = []


@contextlib.contextmanager
def limited(max_bytes, where):
    """Raise an error if modules are larger than their weight files.

    Of nested limits, the innermost applies.

    Arguments
    ---------
    max_bytes : int
        Limit of all parameters and buffers, in addition to ``SPARE_BYTES``.
    where : str or Path
        Source of the settings, for the message.

    Raises
    ------
    ValueError
        If there are more bytes, or more than ``MAX_MODULES`` modules.

    Example
    -------
    >>> import torch
    >>> with limited(0, "here"):
    ...     small, large = torch.nn.Linear(8, 4), torch.nn.Linear(20000, 20000)
    Traceback (most recent call last):
    ...
    ValueError: here: expected parameters of at most 256 MiB, as in its ...
    """
    limit = _Limit(SPARE_BYTES + max_bytes, where)
    handles = [
        registration.register_module_parameter_registration_hook(limit.tensor),
        registration.register_module_buffer_registration_hook(limit.tensor),
        registration.register_module_module_registration_hook(limit.module),
    ]
    _limits.append(limit)
    try:
        yield
    finally:
        _limits.pop()
        for handle in handles:
            handle.remove()


class _Limit:
    """Counter of registered parameters and modules."""

    def __init__(self, max_bytes, where):
        self.max_bytes, self.where = max_bytes, where
        self.n_bytes, self.n_modules = {}, 0
        self.total_bytes = 0

    def tensor(self, module, name, tensor):
        """Count a parameter or buffer; repeated registrations count once."""
        if tensor is None or _limits[-1] is not self:
            return
        place = id(module), name
        self.total_bytes += tensor.nbytes - self.n_bytes.get(place, 0)
        self.n_bytes[place] = tensor.nbytes
        if self.total_bytes > self.max_bytes:
            raise self._refusal(
                f"parameters of at most {self.max_bytes >> 20:,} MiB, as in its "
                "weight files"
            )

    def module(self, *_):
        """Count a module."""
        if _limits[-1] is not self:
            return
        self.n_modules += 1
        if self.n_modules > MAX_MODULES:
            raise self._refusal(f"at most {MAX_MODULES:,} modules")

    def _refusal(self, expected):
        return ValueError(
            f"{self.where}: expected {expected}, found more; use settings and "
            "weights of the same export"
        )
