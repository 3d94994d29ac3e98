"""What every method is: a module that states what it reads and names its losses."""

import dataclasses

import torch


@dataclasses.dataclass(frozen=True)
class MethodOutput:
    """What a method makes of a batch.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Unnormalised.
    embedding : torch.Tensor, (batch, dim)
        What the logits were computed from.
    extras : dict
        Whatever else the losses need.
    """

    logits: torch.Tensor
    embedding: torch.Tensor
    extras: dict = dataclasses.field(default_factory=dict)


class Method(torch.nn.Module):
    """Base of all methods.

    ``INPUTS`` names the batch keys that ``forward`` reads; all of them can be
    computed from sound alone, so no label can leak into a prediction.
    ``TARGETS`` names the keys that ``losses`` reads (``emotion`` is -1 where
    unlabelled, ``domain`` 0 for source and 1 for target), ``LOSSES`` the losses
    it returns. ``progress`` is the share of the phase that is done, 0-1; schedules
    are functions of it. ``TRAINING_ONLY`` names the parts that no answer needs.
    ``USES_GRADIENTS`` is False where ``begin_epoch`` computes all parameters from
    the whole training set: then there is no optimizer, and no step.
    """

    INPUTS = frozenset({"frames"})
    TARGETS = frozenset({"emotion"})
    LOSSES = frozenset({"emotion"})
    TRAINING_ONLY = frozenset()
    USES_GRADIENTS = True
    progress = 0.0

    def setup(self, speaker_languages, phones=()):
        """Learn who speaks in the training; some heads are as wide as that.

        Told once, before the optimiser is made.

        Arguments
        ---------
        speaker_languages : list of int
            Language code of each training speaker, by speaker code.
        phones : sequence of str
            Symbol of each phone code from 1 on.
        """

    def forward(self, batch):
        """Predict from sound.

        Arguments
        ---------
        batch : dict
            The ``INPUTS``; ``frames`` is a pair of torch.Tensor,
            (batch, frames, dim), and lens, (batch,).

        Returns
        -------
        MethodOutput
            The same in training and in use.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def losses(self, output, batch):
        """Compute the named losses.

        Arguments
        ---------
        output : MethodOutput
            Of ``forward`` on the same batch.
        batch : dict
            The ``TARGETS``.

        Returns
        -------
        dict
            Name to torch.Tensor, (); the names are ``LOSSES``.
        """
        raise NotImplementedError(f"{type(self).__name__} has no losses")

    def begin_epoch(self, loader):
        """Look at the whole training material before an epoch; nothing here."""

    def for_inference(self):
        """Let go of what only training needs; answers stay the same.

        Returns
        -------
        Method
            Itself.
        """
        for name in self.TRAINING_ONLY:
            setattr(self, name, None)
        return self

    def attentions(self, batch) -> list:
        """Tell which frames attend to which, for the report; nothing here.

        Arguments
        ---------
        batch : dict
            As for ``forward``.

        Returns
        -------
        list of dict
            For each place of attention the ``names`` of both sides, and
            ``to_second`` and ``to_first``, torch.Tensor, (batch, frames, other
            frames), rows of sum 1; ``n_first`` and ``n_second``, (batch,),
            tell how many frames of each are real.
        """
        return []

    def diagnostics(self) -> dict:
        """Facts that the report shall tell, as plain values; nothing here."""
        return {}
