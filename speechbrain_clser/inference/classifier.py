"""Predict emotions of audio files and signals with a trained model."""

import copy
import dataclasses
import logging

import numpy as np
import torch
from speechbrain.inference.classifiers import EncoderClassifier
from tqdm import tqdm

from speechbrain_clser.data.channels import MIX
from speechbrain_clser.data.profile import profile_of
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.features.batching import batches, padded
from speechbrain_clser.features.normalisation import Moments
from speechbrain_clser.features.speech import MIN_SPEECH_S
from speechbrain_clser.inference import adapted, checks, source_summary
from speechbrain_clser.inference.audio_batches import iter_audio_batches
from speechbrain_clser.inference.contents import as_paths, names_of, renamed
from speechbrain_clser.inference.loading import load
from speechbrain_clser.inference.prediction import (
    NO_TEXT,
    Prediction,
    refuse_no_probabilities,
)
from speechbrain_clser.inference.source import locate
from speechbrain_clser.inference.speech import NO_SPEECH_NOTE, SpeechGate
from speechbrain_clser.inference.stream import Stream
from speechbrain_clser.inference.timeline import (
    Timeline,
    Window,
    refuse_lengths,
    windows,
)
from speechbrain_clser.tasks import CLASSES, RATED

logger = logging.getLogger(__name__)

BATCH_S = 60.0  # duration of a batch, padding included


class EmotionClassifier(EncoderClassifier):
    """Predict the emotion of recordings in any language.

    Extends SpeechBrain's ``EncoderClassifier``: it accepts files of any sample
    rate and number of channels, many files at once and long files in windows;
    probabilities are calibrated; a model folder is read as data and checked, so
    that loading it cannot execute code or leave parameters uninitialised.

    Probabilities of all methods, ``classify_batch`` included, are calibrated;
    ``temperature=1.0`` gives those of the model's evaluation.

    Arguments
    ---------
    modules, hparams, run_opts, freeze_params
        As for SpeechBrain's ``Pretrained``; set by ``from_hparams``.
    min_confidence : float
        The predicted emotion is ``"unknown"`` if no probability reaches this.
    temperature : float, optional
        Divisor of the logits, 0.01-100; by default that of the model.
    min_speech_s : float
        The predicted emotion is ``"no speech"`` if less voiced speech is
        detected, in seconds; 0 never predicts this, for instance for whispered
        speech.

    Raises
    ------
    ValueError
        If a module is missing, classes and labels differ in number, the device
        does not exist, or a number is out of range.
    """

    task = CLASSES
    TIMELINE = Timeline
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
        min_speech_s=MIN_SPEECH_S,
    ):
        checks.refuse_missing(modules, self.MODULES_NEEDED)
        checks.refuse_unknown_device(run_opts)
        super().__init__(modules, hparams, run_opts, freeze_params)
        self.classes = checks.class_names(
            self.hparams, self.mods.classifier.n_classes
        )
        self.min_confidence = min_confidence
        if temperature is None:
            temperature = self.hparams.temperature
        self.temperature = checks.usable_temperature(temperature)
        self.recogniser = self.mods.embedding_model
        self.sample_rate_hz = self.recogniser.extractor.sample_rate_hz
        self.min_speech_s = min_speech_s
        self.speech_gate = SpeechGate(self.sample_rate_hz, min_speech_s)
        self.source_statistics = {
            name: values.clone()
            for name, values in self.recogniser.normaliser.state_dict().items()
        }
        self.folder = self.adaptation = self.source_summary = None
        self.is_normalised = self.has_warned = False

    def _open(self, folder):
        """Read the files of a model folder that SpeechBrain's class ignores."""
        self.folder = folder
        size = self.statistics_dim, len(self.classes)
        self.source_summary = source_summary.read(folder, *size)
        fitted = adapted.read(folder, self)
        if fitted is not None:
            self.is_normalised = fitted.about["is_normalised"]
            self.adaptation = fitted

    def _warn_of_statistics(self):
        """Log once, at the first use, that no statistics were given."""
        if self.hparams.normalise_by == "none" or self.is_normalised:
            return
        if not self.has_warned:
            self.has_warned = True
            logger.warning(
                "this model was trained on features normalised by %s; "
                "statistics of the training corpora are used until "
                "normalise_with is called with recordings",
                self.hparams.normalise_by,
            )

    @property
    def statistics_dim(self):
        """Dimension of the utterance statistics."""
        return 2 * self.recogniser.extractor.dim

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
            Folder, or hub id ``owner/name``; a name that looks like a path is
            never looked up on the hub.
        hparams_file : str
            Name of the YAML file in the folder.
        overrides : dict, optional
            Values to override in that file.
        savedir, revision
            For a hub id; see ``inference.source``.
        is_trusted : bool
            Whether the folder may execute code, as a program could. Otherwise
            only classes listed in ``inference.safe_yaml``, or declared by an
            installed package (see ``entry_points``), are built.
        **kwargs
            For the class: ``run_opts``, ``min_confidence``, ``temperature``,
            ``min_speech_s``.

        Returns
        -------
        EmotionClassifier
            The loaded classifier; a ``rated.RatedClassifier`` for a model that
            predicts dimensions.

        Raises
        ------
        FileNotFoundError
            If the folder or a file in it is missing.
        ImportError
            If an installed package of a part of the model cannot be imported.
        KeyError
            If an override names an unknown key.
        ValueError
            If the folder could execute code, or its files do not match.
        """
        folder = locate(source, revision, savedir)
        hparams = load(folder, hparams_file, overrides, is_trusted)
        if hparams.get("task") == RATED:
            from speechbrain_clser.inference.rated import RatedClassifier

            cls = RatedClassifier
        classifier = cls(hparams["modules"], hparams, **kwargs)
        classifier._open(folder)
        if classifier.adaptation is not None:
            classifier._use_temperature(kwargs.get("temperature"))
        return classifier

    def _use_temperature(self, wanted):
        """Set the temperature that the adaptation was fitted with."""
        fitted = checks.usable_temperature(
            self.adaptation.about.get("temperature")
        )
        if wanted not in (None, fitted):
            raise ValueError(
                f"temperature: expected {fitted}, with which the model was "
                f"adapted, got {wanted}; leave it out, or adapt the original "
                "model again"
            )
        self.temperature = fitted

    def classify_batch(self, wavs, wav_lens=None):
        """Classify a batch with calibrated probabilities.

        The interface is that of SpeechBrain's class. Probabilities of an
        adapted classifier are adapted.

        Raises
        ------
        BadAudioError
            If probabilities are NaN or infinite, or do not sum to 1.
        """
        probabilities = self._log_probabilities(wavs, wav_lens)
        for row in probabilities.exp().tolist():
            refuse_no_probabilities(row, "signal")
        score, index = probabilities.max(dim=-1)
        labels = self.hparams.label_encoder.decode_torch(index)
        return probabilities, score, index, labels

    def _log_probabilities(self, wavs, wav_lens=None, texts=None):
        """Compute log-probabilities, (batch, classes), adapted if fitted."""
        self._warn_of_statistics()
        if texts is not None:
            sound = wavs.to(self.device).float(), wav_lens.to(self.device)
            return self._calibrated(self.recogniser(*sound, texts))
        if self.adaptation is None:
            return self._calibrated(self.encode_batch(wavs, wav_lens))
        posteriors, vectors = self._describe(wavs, wav_lens)
        both = adapted.predict(self.adaptation, vectors, posteriors)
        probabilities = torch.from_numpy(both).float().to(self.device)
        # The logarithm of 0 would be infinite.
        return probabilities.clamp(
            min=torch.finfo(probabilities.dtype).tiny
        ).log()

    def _calibrated(self, both):
        """Compute unadapted log-probabilities from ``EmotionEncoder`` output."""
        probabilities = self.mods.classifier(both).squeeze(1) / self.temperature
        return probabilities.log_softmax(dim=-1)

    @torch.no_grad()
    def _describe(self, wavs, wav_lens=None):
        """Compute unadapted posteriors and utterance statistics of a batch."""
        if wav_lens is None:
            wav_lens = torch.ones(len(wavs))
        sound = wavs.to(self.device).float(), wav_lens.to(self.device)
        both, vectors = self.recogniser.with_statistics(*sound)
        posteriors = self._calibrated(both).exp().cpu().numpy()
        return posteriors.astype(float), vectors.cpu().numpy()

    @property
    def reads_text(self):
        """Whether predictions use transcripts, where they are given."""
        return self.recogniser.extractor.text is not None

    def classify_file(self, path, channel=MIX, text=""):
        """Classify a recording.

        Arguments
        ---------
        path : str, Path, bytes or file
            A local file of any sample rate and number of channels, its content,
            or an open binary file.
        channel : str or int
            ``"mix"`` (the mean of all), ``"left"``, ``"right"`` or an index.
        text : str
            Transcript, for a model that reads transcripts.

        Returns
        -------
        Prediction
            Unpacks like the result of SpeechBrain's class.

        Raises
        ------
        BadAudioError
            If the file cannot be used, with the reason.
        ValueError
            If there is a transcript, and the model reads none.
        """
        args = [path], BATCH_S, False, False, channel, [text] if text else None
        return self.classify_files(*args)[0]

    def classify_files(
        self,
        files,
        batch_s=BATCH_S,
        has_bar=True,
        keep_going=False,
        channel=MIX,
        texts=None,
    ):
        """Classify many recordings in batches of similar length.

        Arguments
        ---------
        files : iterable of str, Path, bytes or file
            As for ``classify_file``.
        batch_s : float
            Duration of a batch in seconds, padding included; predictions do
            not depend on the composition of batches.
        has_bar : bool
            Whether to show a progress bar.
        keep_going : bool
            Whether to return the ``BadAudioError`` of a file that cannot be used
            in place of its prediction, instead of raising it.
        channel : str or int
            As for ``classify_file``.
        texts : list of str, optional
            Transcript of each file, for a model that reads transcripts; it classifies
            a file with a blank one by its audio alone, and notes ``no_text``.

        Returns
        -------
        list of Prediction
            In the order of the files.

        Raises
        ------
        BadAudioError
            If a file cannot be used.
        ValueError
            If the model reads no transcripts, or their number is another.
        """
        files = [file for file, _ in names_of(files)]
        found = [None] * len(files)
        with tqdm(total=len(files), disable=not has_bar, unit="file") as bar:
            for place, prediction in self.iter_predictions(
                files, batch_s, channel, texts
            ):
                if isinstance(prediction, BadAudioError) and not keep_going:
                    raise prediction
                found[place] = prediction
                bar.update()
        return found

    def iter_predictions(self, files, batch_s=BATCH_S, channel=MIX, texts=None):
        """Classify many recordings and yield predictions batch by batch.

        Arguments
        ---------
        files, batch_s, channel, texts
            As for ``classify_files``.

        Yields
        ------
        place : int
            Index of the file in ``files``.
        prediction : Prediction or BadAudioError
            The prediction, or the error if the file cannot be used.
        """
        with as_paths(files) as (paths, names):
            checks.refuse_texts(self, texts, len(paths))
            args = paths, batch_s, channel, texts
            for place, found in self._iter_files(*args):
                if isinstance(found, BadAudioError):
                    yield place, renamed(found, names) if names else found
                else:
                    file = names.get(found.file, found.file)
                    yield place, dataclasses.replace(found, file=file)

    def _notes(self, text=""):
        """Return the notes on the transcript of a recording."""
        return (NO_TEXT,) if self.reads_text and not text.strip() else ()

    def _iter_files(self, files, batch_s, channel, texts):
        """Yield the index and the prediction, or the error, of each path."""
        notes = {}
        for places, wavs in iter_audio_batches(
            files, self.sample_rate_hz, batch_s, notes, channel
        ):
            if isinstance(wavs, BadAudioError):
                yield places[0], wavs
                continue
            of_batch = texts and [texts[place] for place in places]
            rows = self._classify(wavs, of_batch)
            for place, found in zip(places, rows, strict=True):
                try:
                    self._refuse(found[0].tolist(), files[place])
                except BadAudioError as error:
                    yield place, error
                else:
                    more = self._notes(texts[place] if texts else "")
                    args = files[place], (*notes[place], *more)
                    yield place, self._prediction(found, *args)

    def _classify(self, wavs, texts=None):
        """Return outputs, (classes,), and speech of each waveform."""
        wavs, lens = padded(wavs)
        outputs = self._outputs(wavs, lens, texts).cpu().numpy()
        speech = self.speech_gate(wavs, lens)
        return list(zip(outputs, speech, strict=True))

    def classify_signal(self, signal, sample_rate_hz):
        """Classify a signal in memory.

        Arguments
        ---------
        signal : torch.Tensor or array, (samples,) or (samples, channels)
            Waveform with values in [-1, 1].
        sample_rate_hz : int
            Sample rate of the signal.

        Returns
        -------
        Prediction
            Unpacks like the result of SpeechBrain's class.

        Raises
        ------
        BadAudioError
            If the signal cannot be used, with the reason.
        ValueError
            If the signal has another shape, such as (channels, samples).
        """
        wav = self.audio_normalizer(signal, sample_rate_hz).detach().cpu()
        [found] = self._classify([wav])
        self._refuse(found[0].tolist(), "signal")
        samples = torch.as_tensor(signal).detach().float().cpu().numpy()
        notes = profile_of(None, samples, sample_rate_hz).notes
        return self._prediction(found, notes=(*notes, *self._notes()))

    def classify_long(
        self, path, window_s=4.0, hop_s=2.0, batch_s=BATCH_S, channel=MIX
    ):
        """Classify a recording of any length in overlapping windows.

        Memory does not grow with the length, except for the predictions.

        Arguments
        ---------
        path : str, Path, bytes or file
            As for ``classify_file``.
        window_s, hop_s : float
            Length of a window and distance between the starts of consecutive
            windows, in seconds; windows as long as training utterances work
            best.
        batch_s : float
            Duration of a batch of windows in seconds.
        channel : str or int
            As for ``classify_file``.

        Returns
        -------
        Timeline
            Segments with times; ``csv()`` and ``rttm()`` format them.

        Raises
        ------
        BadAudioError
            If the file cannot be used.
        ValueError
            If the windows leave gaps, are too short to be classified, or exceed
            the maximum input length of the model.
        """
        refuse_lengths(window_s, hop_s, self.recogniser.longest_s)
        with as_paths(path) as ([path], names):
            try:
                args = path, window_s, hop_s, batch_s, channel
                return self._classify_long(*args, names.get(path, path))
            except BadAudioError as error:
                raise renamed(error, names) from error

    def _classify_long(self, path, window_s, hop_s, batch_s, channel, name):
        """Classify a path in windows."""
        notes = [*self._notes()]
        args = path, window_s, hop_s, self.sample_rate_hz
        pieces_ = windows(*args, notes, channel)
        pieces = (((start_s, end_s), wav) for start_s, end_s, wav in pieces_)
        found = []
        for batch in batches(pieces, batch_s * self.sample_rate_hz):
            times, wavs = zip(*batch, strict=True)
            for time, (row, speech) in zip(
                times, self._classify(wavs), strict=True
            ):
                self._refuse(row.tolist(), path)
                found.append(Window(*time, row, *speech[:2]))
        if not any(window.is_speech for window in found):
            notes.append(NO_SPEECH_NOTE)
        args = found, self.min_confidence, notes
        return self.TIMELINE(name, self.classes, *args)

    def stream(self, sample_rate_hz, window_s=4.0, hop_s=2.0, channel=MIX):
        """Classify samples as they arrive, for instance from a microphone.

        Arguments
        ---------
        sample_rate_hz, window_s, hop_s, channel
            As for ``stream.Stream``.

        Returns
        -------
        Stream
            ``feed(samples)`` returns the events of the windows that the samples
            complete, ``finish()`` that of the rest.

        Raises
        ------
        BadAudioError, ValueError
            As from ``stream.Stream``.
        """
        return Stream(self, sample_rate_hz, window_s, hop_s, channel)

    def predict_wavs(self, wavs) -> list:
        """Classify waveforms, (samples,) each, at the sample rate of the model."""
        return [
            self._prediction(found, notes=self._notes())
            for found in self._classify(wavs)
        ]

    def embed(self, files, batch_s=BATCH_S, has_bar=False):
        """Compute embeddings of recordings, the input of the output layer.

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
            If ``files`` is empty.
        """
        files = [file for file, _ in names_of(files)]
        if not files:
            raise ValueError(
                "expected recordings to embed, got none; give one or more"
            )
        self._warn_of_statistics()
        found = [None] * len(files)
        with tqdm(total=len(files), disable=not has_bar, unit="file") as bar:
            for places, wavs in self._batches(files, batch_s):
                both = self.encode_batch(*padded(wavs))[:, 0].cpu()
                for place, values in zip(places, both, strict=True):
                    found[place] = values[: -len(self.classes)]
                bar.update(len(places))
        return torch.stack(found)

    def normalise_with(self, files=None, batch_s=BATCH_S, keep_going=False):
        """Normalise features by the statistics of these recordings from now on.

        Corresponds to training with ``normalise_by: corpus``. The recordings
        need no labels; they should contain several emotions and be recorded
        under the same conditions as those to be classified.

        Arguments
        ---------
        files : iterable of str or Path, optional
            None restores the statistics of the training corpora.
        batch_s : float
            As for ``classify_files``.
        keep_going : bool
            Whether files that cannot be used are logged and left out.

        Raises
        ------
        BadAudioError
            If a file cannot be used.
        ValueError
            If no file can be used, the classifier is adapted, or the encoder was
            trained, so that frames are not normalised by statistics.
        """
        normaliser = self.recogniser.normaliser
        if self.adaptation is not None:
            raise ValueError(
                "normalise_with needs a model that is not adapted; this model "
                "was adapted on features with the current normalisation; call "
                "normalise_with first, then adapt"
            )
        if not self.source_statistics:
            raise ValueError(
                "normalise_with needs a model with a frozen encoder; the "
                "encoder of this model was trained; leave it out"
            )
        if files is None:
            normaliser.load_state_dict(self.source_statistics)
            self.is_normalised = False
            return
        moments = Moments()
        for _, wavs in self._batches(files, batch_s, keep_going):
            sound = (part.to(self.device) for part in padded(wavs))
            frames, n_frames = self.recogniser.extract(*sound)
            for values, n in zip(frames.cpu(), n_frames.tolist(), strict=True):
                moments.add(values[:n])
        if not moments.n_utterances:
            raise ValueError(
                "expected recordings to normalise over, found none that can be "
                "used; give some of those to be classified"
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
        """Adapt the classifier to unlabelled recordings.

        Each file is read once; its posteriors and the mean and standard
        deviation of its normalised frames are kept. For a model trained with
        ``normalise_by: corpus`` or ``speaker``, call ``normalise_with`` first.
        Adapted probabilities are not calibrated.

        Arguments
        ---------
        files : iterable of str or Path
            At least 20 recordings with several emotions, recorded under the
            same conditions as those to be classified.
        method : str
            ``"em_gaussians"``, which needs the source summary of the model
            folder; or ``"equal_mass"``, which assumes that all classes are
            equally frequent or have the given ``shares``.
        batch_s : float
            As for ``classify_files``.
        keep_going : bool
            Whether files that cannot be used are logged and left out.
        **constants
            Constants of the method to override; see
            ``speechbrain_clser.adaptation``.

        Returns
        -------
        EmotionClassifier
            A new classifier that shares the encoder; this one is unchanged. If
            the adaptation cannot be fitted, for example to fewer than 20
            recordings or to predictions of a single class, a warning is logged
            and its ``adaptation`` is None.

        Raises
        ------
        BadAudioError
            If a file cannot be used.
        ValueError
            If the classifier is already adapted or reads transcripts, the method or
            constant is unknown, or the model has no source summary for the method.
        """
        if self.adaptation is not None:
            raise ValueError(
                "adapt needs a model that is not adapted, found an adapted "
                "one; load the original model"
            )
        checks.refuse_text(self, "adaptation is fitted to audio alone")
        chosen, source = adapted.with_constants(
            method, constants, self.source_summary
        )
        if self.hparams.normalise_by != "none" and not self.is_normalised:
            logger.warning(
                "adapting a model that was trained on features normalised by "
                "%s; call normalise_with with the same recordings first",
                self.hparams.normalise_by,
            )
        files = [file for file, _ in names_of(files)]
        posteriors = np.zeros((len(files), len(self.classes)))
        vectors = np.zeros((len(files), self.statistics_dim), np.float32)
        is_used = np.zeros(len(files), bool)
        for places, wavs in self._batches(files, batch_s, keep_going):
            posteriors[places], vectors[places] = self._describe(*padded(wavs))
            is_used[places] = True
        about = {
            "n_files": int(is_used.sum()),
            "n_left_out": int((~is_used).sum()),
            "temperature": self.temperature,
            "is_normalised": self.is_normalised,
        }
        result = self._copy()
        result.adaptation = adapted.fit(
            chosen, source, vectors[is_used], posteriors[is_used], about
        )
        return result

    def save(self, folder):
        """Write an adapted classifier as a model folder.

        ``from_hparams`` loads it with the adaptation; SpeechBrain's own class
        computes the unadapted probabilities.

        Arguments
        ---------
        folder : str or Path
            Folder to create; a model in it is replaced.

        Raises
        ------
        ValueError
            If the classifier is not adapted, or the folder contains something
            other than a model.
        """
        adapted.save(self, folder)

    def _copy(self):
        """Copy the classifier; encoder and method are shared."""
        shared = (self.recogniser.extractor, self.recogniser.method)
        return copy.deepcopy(self, {id(module): module for module in shared})

    def _batches(self, files, batch_s, keep_going=False):
        """Yield batches; raise or log the errors of unusable files."""
        with as_paths(files) as (paths, names):
            for places, wavs in iter_audio_batches(
                paths, self.sample_rate_hz, batch_s
            ):
                if not isinstance(wavs, BadAudioError):
                    yield places, wavs
                elif keep_going:
                    logger.warning("%s", renamed(wavs, names))
                else:
                    raise renamed(wavs, names)

    def _outputs(self, wavs, wav_lens=None, texts=None):
        """Compute the outputs of a batch, (batch, classes)."""
        return self._log_probabilities(wavs, wav_lens, texts).exp()

    def _refuse(self, outputs, name):
        """Raise BadAudioError if outputs of a recording are none."""
        refuse_no_probabilities(outputs, name)

    def _prediction(self, found, file="", notes=()):
        """Build the prediction of one result of ``_classify``."""
        probabilities, (share, is_speech, more) = found
        named = dict(zip(self.classes, probabilities.tolist(), strict=True))
        args = self.min_confidence, file, (*notes, *more), share, is_speech
        return Prediction(named, *args)
