"""Base class of all methods: declares batch inputs, targets and losses."""

import dataclasses

import torch


@dataclasses.dataclass(frozen=True)
class MethodOutput:
    """Output of a method for a batch.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Unnormalised.
    embedding : torch.Tensor, (batch, dim)
        Input of the classifier head.
    extras : dict
        Further values that the losses need.
    """

    logits: torch.Tensor
    embedding: torch.Tensor
    extras: dict = dataclasses.field(default_factory=dict)


class Method(torch.nn.Module):
    """Base class of all methods.

    ``INPUTS`` lists the batch keys that ``forward`` reads: ``frames``, computed from
    audio alone, and for some methods ``text``, embedded tokens of the transcript, without
    which it predicts too. So no label can leak into a prediction.
    ``TARGETS`` lists the keys that ``losses`` reads (``emotion`` is -1 where
    unlabelled, ``domain`` 0 for source and 1 for target, ``gender`` 0 for female, 1
    for male and -1 if unknown), ``LOSSES`` the losses it returns. ``active_losses``
    are those that the phase minimises, set by the trainer; empty: all. ``progress``
    is the fraction of the phase that is done, 0-1; schedules are functions of it.
    ``TRAINING_ONLY`` lists the modules that inference does not need.
    ``USES_GRADIENTS`` is False if ``begin_epoch``
    computes all parameters from the whole training set: then there is no
    optimizer and no training step. ``SHOWS_WAVEFORMS`` is True if the ``examples``
    need the envelope of the waveform, ``low`` and ``high``.
    """

    INPUTS = frozenset({"frames"})
    TARGETS = frozenset({"emotion"})
    LOSSES = frozenset({"emotion"})
    TRAINING_ONLY = frozenset()
    USES_GRADIENTS = True
    SHOWS_WAVEFORMS = False
    active_losses = frozenset()
    progress = 0.0

    def setup(self, speaker_languages, phones=()):
        """Set sizes that depend on the training speakers and phones.

        Called once, before the optimizer is built.

        Arguments
        ---------
        speaker_languages : list of int
            Language code of each training speaker, by speaker code.
        phones : sequence of str
            Symbol of each phone code from 1 on.
        """

    def inputs(self, batch, frames) -> dict:
        """Return the ``INPUTS`` that a batch has, with these frames and lens."""
        others = [key for key in self.INPUTS if key in batch]
        return {**{key: batch[key] for key in others}, "frames": frames}

    def forward(self, batch):
        """Predict from features.

        Arguments
        ---------
        batch : dict
            The ``INPUTS``; ``frames`` is a pair of torch.Tensor,
            (batch, frames, dim), and lens, (batch,).

        Returns
        -------
        MethodOutput
            The same in training and inference, apart from dropout and
            augmentation.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def losses(self, output, batch):
        """Compute the named losses.

        Arguments
        ---------
        output : MethodOutput
            From ``forward`` on the same batch.
        batch : dict
            The ``TARGETS``.

        Returns
        -------
        dict
            Name to torch.Tensor, (); the names are ``LOSSES``.
        """
        raise NotImplementedError(f"{type(self).__name__} has no losses")

    def begin_epoch(self, loader):
        """Update state from the whole training set before an epoch; default: none."""

    def for_inference(self):
        """Remove the modules of ``TRAINING_ONLY``; predictions do not change.

        Returns
        -------
        Method
            Itself.
        """
        for name in self.TRAINING_ONLY:
            setattr(self, name, None)
        return self

    def diagnostics(self) -> dict:
        """Return values of the training for the report; default: none.

        Returns
        -------
        dict
            Plain Python objects; written to ``notes.json``.
        """
        return {}

    def examples(self, batch) -> dict:
        """Return values of single utterances for the report; default: none.

        The trainer calls it with one test utterance of each class.

        Arguments
        ---------
        batch : dict
            As for ``forward``.

        Returns
        -------
        dict
            Name to a list of dict, of each utterance; written to
            ``<name>.json`` with id, language, class and duration.
        """
        return {}

    @staticmethod
    def report_entries(run) -> dict:
        """Compute the entries of the method in report.json; default: none.

        Arguments
        ---------
        run : evaluation.run.Run
            A finished run. ``run.first_trial`` lists its trainings, with
            ``number`` (the seed), ``notes`` (the diagnostics) and
            ``examples(name)``.

        Returns
        -------
        dict
            Keys that report.json does not have yet, and plain values.
        """
        return {}

    @staticmethod
    def report_sections(report) -> tuple:
        """Return a template of the sections of the method; default: empty.

        Arguments
        ---------
        report : dict
            Content of report.json. A report of an earlier version may lack the
            entries of ``report_entries``.

        Returns
        -------
        template : str
            Of Jinja2; see ``evaluation.rendering``. It can use ``report``.
        context : dict
            Further values that it uses, such as functions that plot figures.
        """
        return "", {}
