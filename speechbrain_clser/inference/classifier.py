"""A trained model in use: files, signals and hours of sound to emotions."""

import copy
import logging
import os
from numbers import Real

import numpy as np
import torch
from speechbrain.inference.classifiers import EncoderClassifier
from tqdm import tqdm

from speechbrain_clser.data.profile import profile_of
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.features._batches import batches, padded
from speechbrain_clser.features.normalisation import Moments
from speechbrain_clser.inference import adapted, source_summary
from speechbrain_clser.inference.audio_batches import iter_audio_batches
from speechbrain_clser.inference.loading import TEMPERATURES, load
from speechbrain_clser.inference.prediction import (
    Prediction,
    refuse_no_probabilities,
)
from speechbrain_clser.inference.source import locate
from speechbrain_clser.inference.timeline import Timeline
from speechbrain_clser.inference.windows import windows
from speechbrain_clser.labels import refuse_unsafe

logger = logging.getLogger(__name__)

BATCH_S = 60.0  # of sound, with the padding


class EmotionClassifier(EncoderClassifier):
    """Name the emotion of recordings in any language.

    Everything that SpeechBrain's ``EncoderClassifier`` does, and beyond it:
    files of any rate and number of channels, many at once, long ones in
    windows; calibrated probabilities; a model folder is taken as data and
    checked, so that it can neither run code nor be loaded half.

    Probabilities of all methods, ``classify_batch`` included, are calibrated;
    those of the model's evaluation come with ``temperature=1.0``.

    Arguments
    ---------
    modules, hparams, run_opts, freeze_params
        As SpeechBrain's ``Pretrained``; ``from_hparams`` gives them.
    min_confidence : float
        An answer is ``"unknown"`` if no class is as probable as this.
    temperature : float, optional
        That logits are divided by, 0.01-100; by default the model's own.

    Raises
    ------
    ValueError
        If a module is missing, classes and labels differ in number, there is no
        such device, or the temperature is none.
    """

    HPARAMS_NEEDED = [
        *("classes", "label_encoder", "normalise_by", "temperature")
    ]

    def __init__(
        self,
        modules=None,
        hparams=None,
        run_opts=None,
        freeze_params=True,
        min_confidence=0.0,
        temperature=None,
    ):
        if missing := sorted(set(self.MODULES_NEEDED) - {*(modules or ())}):
            raise ValueError(
                f"expected the modules {', '.join(self.MODULES_NEEDED)}, found "
                f"no {', '.join(missing)}; give a folder that train.py exported"
            )
        _refuse_unknown_device(run_opts)
        super().__init__(modules, hparams, run_opts, freeze_params)
        self.classes = self._names()
        self.min_confidence = min_confidence
        if temperature is None:
            temperature = self.hparams.temperature
        self.temperature = _usable(temperature)
        self.recogniser = self.mods.embedding_model
        self.sample_rate_hz = self.recogniser.extractor.sample_rate_hz
        self.source_statistics = {
            name: values.clone()
            for name, values in self.recogniser.normaliser.state_dict().items()
        }
        self.folder = self.adaptation = self.source_summary = None
        self.is_normalised = False

    def _open(self, folder):
        """Take from a model folder what SpeechBrain's own class ignores."""
        self.folder = folder
        size = self.statistics_dim, len(self.classes)
        self.source_summary = source_summary.read(folder, *size)
        fitted = adapted.read(folder, self)
        if fitted is not None:
            self.is_normalised = fitted.about["is_normalised"]
            self.adaptation = fitted
        if self.hparams.normalise_by != "none" and not self.is_normalised:
            logger.warning(
                "this model was trained on features normalised by %s; until "
                "normalise_with is given recordings of one, statistics of the "
                "training corpora stand in",
                self.hparams.normalise_by,
            )

    @property
    def statistics_dim(self):
        """Dimensions of the utterance statistics."""
        return 2 * self.recogniser.extractor.dim

    def _names(self):
        """Names of the classes, if there are as many as logits."""
        refuse_unsafe(self.hparams.classes, "classes of the model")
        encoder = self.hparams.label_encoder
        names = tuple(encoder.decode_ndim(list(range(len(encoder)))))
        n_classes = self.mods.classifier.n_classes
        classes = self.hparams.classes
        if not (len(names) == n_classes and [*names] == classes):
            raise ValueError(
                f"expected the classes {classes} and {n_classes} logits, found "
                f"the labels {', '.join(names)}; take hyperparams.yaml and "
                "checkpoints from one export"
            )
        return names

    @classmethod
    def from_hparams(
        cls,
        source,
        hparams_file="hyperparams.yaml",
        overrides=None,
        savedir=None,
        revision=None,
        is_trusted=False,
        **kwargs,
    ):
        """Load a model from a folder or from the hub.

        Arguments
        ---------
        source : str or Path
            Folder, or hub id ``owner/name``; what looks like a path is never
            asked for on the hub.
        hparams_file : str
            In it.
        overrides : dict, optional
            Values to change in that file.
        savedir, revision
            Of a hub id; see ``inference.source``.
        is_trusted : bool
            Whether the folder may run code, as a program of the same origin
            could. Without it only what ``inference.safe_yaml`` lists is built.
        **kwargs
            For the class: ``run_opts``, ``min_confidence``, ``temperature``.

        Returns
        -------
        EmotionClassifier
            Ready to use.

        Raises
        ------
        FileNotFoundError
            If there is no such folder, or a file is missing in it.
        KeyError
            If there is nothing to override by such a name.
        ValueError
            If the folder could run code, or its files do not fit together.
        """
        folder = locate(source, revision, savedir)
        hparams = load(folder, hparams_file, overrides, is_trusted)
        classifier = cls(hparams["modules"], hparams, **kwargs)
        classifier._open(folder)
        if classifier.adaptation is not None:
            classifier._use_temperature(kwargs.get("temperature"))
        return classifier

    def _use_temperature(self, wanted):
        """Take the temperature that an adaptation was fitted with."""
        fitted = _usable(self.adaptation.about.get("temperature"))
        if wanted not in (None, fitted):
            raise ValueError(
                f"temperature: expected {fitted}, with which the model was "
                f"adapted, got {wanted}; leave it out, or adapt again the "
                "model that it was made of"
            )
        self.temperature = fitted

    def classify_batch(self, wavs, wav_lens=None):
        """Classify a batch, calibrated; as SpeechBrain's otherwise.

        Probabilities of an adapted classifier are adapted.

        Raises
        ------
        BadAudioError
            If they are NaN or infinite, or do not sum to 1.
        """
        probabilities = self._log_probabilities(wavs, wav_lens)
        for row in probabilities.exp().tolist():
            refuse_no_probabilities(row, "signal")
        score, index = probabilities.max(dim=-1)
        labels = self.hparams.label_encoder.decode_torch(index)
        return probabilities, score, index, labels

    def _log_probabilities(self, wavs, wav_lens=None):
        """Those of a batch, (batch, classes), adapted if the model is."""
        if self.adaptation is None:
            return self._calibrated(self.encode_batch(wavs, wav_lens))
        posteriors, vectors = self._describe(wavs, wav_lens)
        both = adapted.predict(self.adaptation, vectors, posteriors)
        probabilities = torch.from_numpy(both).float().to(self.device)
        # The logarithm of an exact 0 would be no number.
        return probabilities.clamp(
            min=torch.finfo(probabilities.dtype).tiny
        ).log()

    def _calibrated(self, both):
        """Unadapted log-probabilities of what a ``EmotionEncoder`` gives."""
        probabilities = self.mods.classifier(both).squeeze(1) / self.temperature
        return probabilities.log_softmax(dim=-1)

    @torch.no_grad()
    def _describe(self, wavs, wav_lens=None):
        """Unadapted posteriors and utterance statistics of a batch."""
        if wav_lens is None:
            wav_lens = torch.ones(len(wavs))
        sound = wavs.to(self.device).float(), wav_lens.to(self.device)
        both, vectors = self.recogniser.with_statistics(*sound)
        posteriors = self._calibrated(both).exp().cpu().numpy()
        return posteriors.astype(float), vectors.cpu().numpy()

    def classify_file(self, path):
        """Classify a recording.

        Arguments
        ---------
        path : str or Path
            A local file, of any rate and number of channels.

        Returns
        -------
        Prediction
            Unpacks like SpeechBrain's.

        Raises
        ------
        BadAudioError
            If the file cannot be used, with the reason.
        """
        return self.classify_files([path], has_bar=False)[0]

    def classify_files(
        self, files, batch_s=BATCH_S, has_bar=True, keep_going=False
    ):
        """Classify many recordings, those of similar length together.

        Arguments
        ---------
        files : iterable of str or Path
            Local, of any rates and numbers of channels.
        batch_s : float
            Sound in a batch, with the padding; which recordings are together
            changes no answer.
        has_bar : bool
            Whether to show a progress bar.
        keep_going : bool
            Whether a file that cannot be used has its ``BadAudioError`` in the
            place of an answer, rather than ending all.

        Returns
        -------
        list of Prediction
            In the order of the files.

        Raises
        ------
        BadAudioError
            If a file cannot be used.
        """
        files = _paths(files)
        found = [None] * len(files)
        with tqdm(total=len(files), disable=not has_bar, unit="file") as bar:
            for place, answer in self.answers(files, batch_s):
                if isinstance(answer, BadAudioError) and not keep_going:
                    raise answer
                found[place] = answer
                bar.update()
        return found

    def answers(self, files, batch_s=BATCH_S):
        """Classify many recordings, giving each answer when it is there.

        Arguments
        ---------
        files, batch_s
            As for ``classify_files``.

        Yields
        ------
        place : int
            Of the file in ``files``.
        answer : Prediction or BadAudioError
            What was heard, or why nothing was.
        """
        files, notes = _paths(files), {}
        sounds = iter_audio_batches(files, self.sample_rate_hz, batch_s, notes)
        for places, sound in sounds:
            if isinstance(sound, BadAudioError):
                yield places[0], sound
                continue
            probabilities = (
                self._log_probabilities(*padded(sound)).exp().tolist()
            )
            for place, values in zip(places, probabilities, strict=True):
                try:
                    refuse_no_probabilities(values, files[place])
                except BadAudioError as error:
                    yield place, error
                else:
                    args = files[place], notes[place]
                    yield place, self._answer(values, *args)

    def classify_signal(self, signal, sample_rate_hz):
        """Classify sound that is in memory.

        Arguments
        ---------
        signal : torch.Tensor or array, (samples,) or (samples, channels)
            Full scale is 1.
        sample_rate_hz : int
            That it has.

        Returns
        -------
        Prediction
            Unpacks like SpeechBrain's.

        Raises
        ------
        BadAudioError
            If the sound cannot be used, with the reason.
        ValueError
            If it has another shape, as (channels, samples).
        """
        wav = self.audio_normalizer(signal, sample_rate_hz)
        probabilities = self.classify_batch(wav[None])[0].exp()
        samples = torch.as_tensor(signal).detach().float().cpu().numpy()
        notes = profile_of(None, samples, sample_rate_hz).notes
        return self._answer(probabilities[0].tolist(), notes=notes)

    def classify_long(self, path, window_s=4.0, hop_s=2.0, batch_s=BATCH_S):
        """Classify a recording of any length, from moment to moment.

        Memory does not grow with the length, but for the answers.

        Arguments
        ---------
        path : str or Path
            A local file.
        window_s, hop_s : float
            Length of a window, and from the start of one to that of the next;
            utterances of the training are a good guide.
        batch_s : float
            Sound in a batch of windows.

        Returns
        -------
        Timeline
            Segments with times; ``csv()`` and ``rttm()`` write them.

        Raises
        ------
        BadAudioError
            If the file cannot be used.
        ValueError
            If windows would leave gaps, be too short to be heard, or be longer
            than what the model hears at once.
        """
        longest_s = self.recogniser.longest_s
        if longest_s is not None and window_s > longest_s:
            raise ValueError(
                f"expected windows of at most {longest_s:g} s, for this model "
                f"hears no more of a recording at once, got {window_s}"
            )
        [path], notes = _paths([path]), []
        pieces_ = windows(path, window_s, hop_s, self.sample_rate_hz, notes)
        pieces = (((start_s, end_s), wav) for start_s, end_s, wav in pieces_)
        found = []
        for batch in batches(pieces, batch_s * self.sample_rate_hz):
            times, wavs = zip(*batch, strict=True)
            probabilities = self._log_probabilities(*padded(wavs)).exp()
            probabilities = probabilities.cpu().numpy()
            for row in probabilities.tolist():
                refuse_no_probabilities(row, path)
            found += [
                (*time, row)
                for time, row in zip(times, probabilities, strict=True)
            ]
        return Timeline(path, self.classes, found, self.min_confidence, notes)

    def embed(self, files, batch_s=BATCH_S, has_bar=False):
        """Embed recordings: what their logits are computed from.

        Arguments
        ---------
        files, batch_s, has_bar
            As for ``classify_files``.

        Returns
        -------
        torch.Tensor, (files, dim)
            In the order of the files, on the CPU.

        Raises
        ------
        BadAudioError
            If a file cannot be used.
        ValueError
            If there is no file.
        """
        files = _paths(files)
        if not files:
            raise ValueError(
                "expected recordings to embed, got none; give one or more"
            )
        found = [None] * len(files)
        with tqdm(total=len(files), disable=not has_bar, unit="file") as bar:
            for places, wavs in self._sounds(files, batch_s):
                both = self.encode_batch(*padded(wavs))[:, 0].cpu()
                for place, values in zip(places, both, strict=True):
                    found[place] = values[: -len(self.classes)]
                bar.update(len(places))
        return torch.stack(found)

    def normalise_with(self, files=None, batch_s=BATCH_S, keep_going=False):
        """Normalise what is heard from now on by these recordings' statistics.

        As training with ``normalise_by: corpus`` did: no label is needed, but
        recordings of many emotions are, made as those will be that are to be
        classified.

        Arguments
        ---------
        files : iterable of str or Path, optional
            None goes back to the statistics of the training corpora.
        batch_s : float
            As for ``classify_files``.
        keep_going : bool
            Whether files that cannot be used are logged and left out.

        Raises
        ------
        BadAudioError
            If a file cannot be used.
        ValueError
            If there is no file that can, the classifier is adapted, or the
            encoder was trained, and frames are not normalised by statistics at
            all.
        """
        normaliser = self.recogniser.normaliser
        if self.adaptation is not None:
            raise ValueError(
                "normalise_with needs a model that is not adapted, and this "
                "one was fitted to features as they are normalised now; call "
                "it first, then adapt"
            )
        if not self.source_statistics:
            raise ValueError(
                "normalise_with needs a model with a frozen encoder, and the "
                "encoder of this one was trained; leave it out"
            )
        if files is None:
            normaliser.load_state_dict(self.source_statistics)
            self.is_normalised = False
            return
        moments = Moments()
        for _, wavs in self._sounds(_paths(files), batch_s, keep_going):
            sound = (part.to(self.device) for part in padded(wavs))
            frames, n_frames = self.recogniser.extract(*sound)
            for values, n in zip(frames.cpu(), n_frames.tolist(), strict=True):
                moments.add(values[:n])
        if not moments.n_utterances:
            raise ValueError(
                "expected recordings to normalise over, found none that can be "
                "used; give some of those that are to be classified"
            )
        normaliser.use(*moments.statistics())
        self.is_normalised = True

    def adapt(
        self,
        files,
        method="em_gaussians",
        batch_s=BATCH_S,
        keep_going=False,
        **constants,
    ):
        """Adapt to recordings without labels.

        All are heard once; kept are their posteriors and the mean and standard
        deviation of their normalised frames. A model that was trained with
        ``normalise_by: corpus`` or ``speaker`` needs ``normalise_with`` first.
        Adapted probabilities are not calibrated.

        Arguments
        ---------
        files : iterable of str or Path
            At least 20, in several emotions, made as those will be that are to
            be classified.
        method : str
            ``"em_gaussians"``, which needs the source summary of the model
            folder; or ``"equal_mass"``, which assumes that all classes are
            equally frequent, or have the ``shares`` that are given.
        batch_s : float
            As for ``classify_files``.
        keep_going : bool
            Whether files that cannot be used are logged and left out.
        **constants
            Constants of the method to change; see ``speechbrain_clser.adaptation``.

        Returns
        -------
        EmotionClassifier
            Another one; this one is unchanged, and both share the encoder. If
            the adaptation cannot be fitted, as to fewer than 20 recordings or
            to predictions of one class only, there is a warning, and its
            ``adaptation`` is None.

        Raises
        ------
        BadAudioError
            If a file cannot be used.
        ValueError
            If the classifier is adapted already, there is no such method or
            constant, or the model has no source summary for it.
        """
        if self.adaptation is not None:
            raise ValueError(
                "adapt needs a model that is not adapted, and this one is; "
                "load the model that it was made of"
            )
        chosen, source = adapted.with_constants(
            method, constants, self.source_summary
        )
        if self.hparams.normalise_by != "none" and not self.is_normalised:
            logger.warning(
                "adapting without normalise_with a model that was trained on "
                "features normalised by %s; give it the same recordings first",
                self.hparams.normalise_by,
            )
        files = _paths(files)
        found = {}
        for places, wavs in self._sounds(files, batch_s, keep_going):
            rows = zip(*self._describe(*padded(wavs)), strict=True)
            found |= zip(places, rows, strict=True)
        twin = self._copy()
        posteriors = np.zeros((0, len(self.classes)))
        vectors = np.zeros((0, self.statistics_dim))
        if found:
            # The order in which files were heard depends on their lengths.
            both = [found[place] for place in sorted(found)]
            posteriors, vectors = map(np.stack, zip(*both, strict=True))
        about = {
            "n_files": len(found),
            "n_left_out": len(files) - len(found),
            "temperature": self.temperature,
            "is_normalised": self.is_normalised,
        }
        twin.adaptation = adapted.fit(
            chosen, source, vectors, posteriors, about
        )
        return twin

    def save(self, folder):
        """Write an adapted classifier as a model folder.

        ``from_hparams`` loads it as adapted; SpeechBrain's own class gives its
        unadapted probabilities.

        Arguments
        ---------
        folder : str or Path
            To be made; another model in it is replaced.

        Raises
        ------
        ValueError
            If the classifier is not adapted, or there is something else in the
            folder.
        """
        adapted.save(self, folder)

    def _copy(self):
        """Another classifier with the same encoder and method."""
        shared = (self.recogniser.extractor, self.recogniser.method)
        return copy.deepcopy(self, {id(module): module for module in shared})

    def _sounds(self, files, batch_s, keep_going=False):
        """Batches of sound; a file that cannot be heard ends it, or is told."""
        for places, sound in iter_audio_batches(
            files, self.sample_rate_hz, batch_s
        ):
            if not isinstance(sound, BadAudioError):
                yield places, sound
            elif keep_going:
                logger.warning("%s", sound)
            else:
                raise sound

    def _answer(self, probabilities, file="", notes=()):
        named = dict(zip(self.classes, probabilities, strict=True))
        return Prediction(named, self.min_confidence, file, notes)


def _paths(files):
    """Paths as text; complains about what is open, or in memory."""
    if isinstance(files, (str, bytes, os.PathLike)):
        files = [files]  # letters of a name are no paths
    paths = []
    for path in files:
        try:
            paths.append(os.fsdecode(path))
        except TypeError as error:
            raise TypeError(
                f"expected the path of a file, got {type(path).__name__}; of an "
                "open file, or sound in memory, classify_signal takes the "
                "samples: classify_signal(*soundfile.read(file))"
            ) from error
    return paths


def _refuse_unknown_device(run_opts):
    """Complain about a device that torch does not have here."""
    device = run_opts.get("device") if run_opts else None
    try:
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError) as error:
        raise ValueError(
            f"expected a device that torch has here, such as cpu or cuda, got "
            f"{device!r}: {str(error).splitlines()[0]}"
        ) from error


def _usable(temperature):
    """A temperature, if logits can be divided by it."""
    low, high = TEMPERATURES
    is_number = isinstance(temperature, Real)
    if not (is_number and low <= temperature <= high):
        raise ValueError(
            f"temperature: expected a number of {low:g}-{high:g}, got "
            f"{temperature!r}; leave it out for the model's own, or export the "
            "model again"
        )
    return temperature
