"""Common interface to SpeechBrain's pretrained encoders, without padding leaks.

An utterance gives the same frames alone and in a batch, independent of padding; there
is no layer drop or random masking, and dropout is active in training only; layers
above the selected ones are not computed.
"""

import torch

from speechbrain_clser.features import loaded
from speechbrain_clser.features.spectrum import real_mask
from speechbrain_clser.features.ssl_masking import (
    MaskedGroupNorm,
    MaskedWavLMAttention,
)

# Parameters that do not affect the output, or that are constant tables.
NEVER_TRAINED = ("masked_spec_embed", "embed_positions.weight")


class SSLLobe(torch.nn.Module):
    """Base class: compute hidden states of selected layers from waveforms.

    Layer 0 is the transformer input, layer n the output of block n. The final
    normalisation of some encoders is not included in any layer.

    Arguments
    ---------
    lobe : speechbrain.integrations.huggingface.HFTransformersInterface
        Built with ``freeze=True``; training unfreezes selected parameters.
    stride_samples : int
        Frame hop.
    shortest_samples : int
        Minimum length for one frame.
    """

    window = ""  # used by Whisper only

    def __init__(self, lobe, stride_samples, shortest_samples):
        super().__init__()
        lobe.float()  # some are published in half precision
        lobe.freeze = False  # otherwise nothing is trained, including adapters
        config = lobe.model.config
        config.layerdrop = 0.0
        config.apply_spec_augment = False
        self.lobe = lobe
        self.stride_samples = stride_samples
        self.shortest_samples = shortest_samples
        self.sample_rate_hz = lobe.feature_extractor.sampling_rate
        self.dim = config.hidden_size
        self.keep(0, self.n_blocks)

    @property
    def n_blocks(self):
        """Number of transformer blocks; reduced by ``keep``."""
        return len(self.lobe.model.encoder.layers)

    def keep(self, first, last):
        """Select the output layers, both included, and drop the blocks above them."""
        model = self.lobe.model
        del model.encoder.layers[last:]
        self.kept = slice(first, last + 1)
        self.lobe.output_all_hiddens = first < last

    def check_weights(self, folder):
        """Raise a ValueError if weights of the selected layers are missing; see ``loaded``."""
        loaded.check(
            self.lobe.model,
            self.lobe.loading_info,
            f"encoder in {folder} up to layer {self.n_blocks}",
        )

    def cnn(self):
        """Return the modules between waveform and transformer that may stay frozen."""
        return []

    def top(self, n):
        """Return the last blocks in use, from lower to higher; a ValueError if there are fewer."""
        if not 1 <= n <= self.n_blocks:
            raise ValueError(
                f"top_layers must be within 1-{self.n_blocks}, the blocks up "
                f"to the highest layer in use, got {n}; select higher "
                f"layers, or reduce top_layers"
            )
        return [*self.lobe.model.encoder.layers[-n:]]

    def trainable(self, with_cnn):
        """Return the parameters of full fine-tuning that affect the output."""
        left_out = set()
        if not with_cnn:
            left_out = {p for part in self.cnn() for p in part.parameters()}
        return [
            parameter
            for name, parameter in self.lobe.model.named_parameters()
            if not name.endswith(NEVER_TRAINED) and parameter not in left_out
        ]

    def n_frames(self, n_samples):
        """Return the number of frames of utterances by their length, at least 1."""
        raise NotImplementedError(f"{type(self).__name__} has no n_frames")

    def forward(self, wavs, n_samples):
        """Compute the selected layers.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            Zero in the padding.
        n_samples : torch.LongTensor, (batch,)
            Real samples of each row; one row has no padding.

        Returns
        -------
        torch.Tensor, (layers, batch, frames, dim)
            Finite, undefined values after ``n_frames`` of each row.
        """
        # Pad very short recordings with silence, so that each has a frame.
        missing = max(0, self.shortest_samples - wavs.shape[1])
        wavs = torch.nn.functional.pad(wavs, (0, missing))
        return self.hidden(wavs, n_samples.clamp(min=self.shortest_samples))

    def hidden(self, wavs, n_samples):
        """Run the lobe on rows of at least one frame; as ``forward``."""
        return self.chosen(self.lobe(wavs, n_samples / wavs.shape[1]))

    def chosen(self, hidden):
        """Select layers; the lobe returns a single one without the layer axis."""
        return (
            hidden[self.kept] if self.lobe.output_all_hiddens else hidden[None]
        )


class WaveformLobe(SSLLobe):
    """wav2vec2, XLS-R, HuBERT and WavLM: convolutions over the waveform.

    The waveform normalisation of the lobe includes padding; here each utterance is
    normalised separately, if the encoder was trained with normalisation.
    """

    def __init__(self, lobe):
        config = lobe.model.config
        self.convolutions = list(
            zip(config.conv_kernel, config.conv_stride, strict=True)
        )
        stride_samples, shortest_samples = 1, 1
        for kernel, stride in reversed(self.convolutions):
            stride_samples *= stride
            shortest_samples = (shortest_samples - 1) * stride + kernel
        super().__init__(lobe, stride_samples, shortest_samples)
        self.is_normalised = lobe.feature_extractor.do_normalize
        lobe.normalize_wav = False
        lobe.model.adapter = None  # subsampling after the last layer
        if config.do_stable_layer_norm:
            lobe.model.encoder.layer_norm = torch.nn.Identity()
        if config.feat_extract_norm == "group":
            first = lobe.model.feature_extractor.conv_layers[0]
            first.layer_norm = MaskedGroupNorm(first.layer_norm)
        if config.model_type == "wavlm":
            for block in lobe.model.encoder.layers:
                block.attention.__class__ = MaskedWavLMAttention

    def cnn(self):
        """Return the convolutions over the waveform."""
        return [self.lobe.model.feature_extractor]

    def n_frames(self, n_samples):
        """Return the number of frames after the convolutions; see ``SSLLobe``."""
        n_frames = n_samples.clamp(min=self.shortest_samples)
        for kernel, stride in self.convolutions:
            n_frames = (n_frames - kernel) // stride + 1
        return n_frames

    def forward(self, wavs, n_samples):
        """Normalise each utterance if configured; see ``SSLLobe``."""
        if self.is_normalised:
            wavs = _normalise(wavs, n_samples)
        return super().forward(wavs, n_samples)

    def hidden(self, wavs, n_samples):
        """Pass the real lengths to the group norm, if any, and run the lobe."""
        norm = self.lobe.model.feature_extractor.conv_layers[0].layer_norm
        is_exported = torch.compiler.is_exporting()  # without padding
        if isinstance(norm, MaskedGroupNorm) and not is_exported:
            kernel, stride = self.convolutions[0]
            norm.n_real = (n_samples - kernel) // stride + 1
        return super().hidden(wavs, n_samples)


class FilterbankLobe(SSLLobe):
    """w2v-BERT 2.0: pairs of 10 ms filterbank frames, normalised by utterance."""

    def __init__(self, lobe):
        super().__init__(lobe, stride_samples=320, shortest_samples=560)
        lobe.model.adapter = lobe.model.intermediate_ffn = None  # as above

    def n_frames(self, n_samples):
        """Return the number of complete filterbank frame pairs; see ``SSLLobe``."""
        n_samples = n_samples.clamp(min=self.shortest_samples)
        return (1 + (n_samples - 400) // 160) // 2


class WindowLobe(SSLLobe):
    """Whisper's encoder: longer recordings are split into 30 s windows.

    The published encoder pads every window with silence to 30 s. ``"real"`` runs
    the convolutions and blocks on the real frames only: positions 0 to n - 1,
    shorter windows of a batch masked. The log-mel spectrogram is clipped 80 dB
    below the maximum of the utterance, or of the window with ``"30s"``.

    Arguments
    ---------
    lobe : speechbrain.integrations.huggingface.whisper.Whisper
        Without decoder.
    window : str
        ``"real"`` or ``"30s"``.
    """

    def __init__(self, lobe, window):
        super().__init__(lobe, stride_samples=320, shortest_samples=1)
        encoder = lobe.model.encoder
        encoder.layerdrop = 0.0
        encoder.layer_norm = torch.nn.Identity()
        self.window = window
        self.window_frames = encoder.config.max_source_positions
        self.window_samples = self.window_frames * self.stride_samples

    def cnn(self):
        """Return the two convolutions over the spectrogram."""
        return [self.lobe.model.encoder.conv1, self.lobe.model.encoder.conv2]

    def n_frames(self, n_samples):
        """Return the number of frames: one per started 20 ms; see ``SSLLobe``."""
        n_samples = n_samples.clamp(min=1)
        return (n_samples + self.stride_samples - 1) // self.stride_samples

    def hidden(self, wavs, n_samples):
        """Run all windows of all utterances as one batch and concatenate them."""
        # An exported graph processes one recording without padding.
        is_exported = torch.compiler.is_exporting()
        lengths = [wavs.shape[1]] if is_exported else n_samples.tolist()
        rows = [wav[:n] for wav, n in zip(wavs, lengths, strict=True)]
        run = self._real if self.window == "real" else self._padded
        hidden, n_windows = run(rows)
        rows = [
            row.flatten(1, 2).transpose(0, 1)
            for row in hidden.split(n_windows, dim=1)
        ]
        joined = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return joined.permute(2, 0, 1, 3)

    def _padded(self, rows):
        """Return all windows padded to 30 s, and their number per row."""
        if torch.compiler.is_exporting():
            raise ValueError(
                "the number of windows of 30 s depends on the length of the "
                'recording; window "real" can be exported'
            )
        windows = [row.split(self.window_samples) for row in rows]
        # One by one: the lobe clips 80 dB below the maximum of the batch.
        spectrograms = [
            self.spectrogram(
                self.lobe.pad_or_trim(window[None], self.window_samples)
            )
            for row in windows
            for window in row
        ]
        hidden = self.lobe.forward_encoder(torch.cat(spectrograms))
        return self.chosen(hidden), [len(row) for row in windows]

    def _real(self, rows):
        """Return all windows padded to the longest, and their number per row."""
        whole = [self._whole(row) for row in rows]
        if torch.compiler.is_exporting():
            return self._graph(whole[0])
        windows = [frames.split(2 * self.window_frames) for frames in whole]
        together = [window for row in windows for window in row]
        n_real = [len(window) // 2 for window in together]
        together = torch.nn.utils.rnn.pad_sequence(together, batch_first=True)
        mask = None
        if min(n_real) < max(n_real):
            n_real = torch.tensor(n_real, device=together.device)
            mask = real_mask(n_real, together.shape[1] // 2)
        return self._blocks(together, mask), [len(row) for row in windows]

    def _graph(self, frames):
        """As ``_real`` for one row with a dynamic number of windows."""
        n_frames = frames.shape[0]  # len() would be constant in the graph
        width = torch.sym_min(n_frames, 2 * self.window_frames)
        # Of positive numbers, because ONNX rounds towards zero.
        n_windows = (n_frames + width - 1) // width
        missing = n_windows * width - n_frames
        windows = torch.nn.functional.pad(frames, (0, 0, 0, missing))
        places = torch.arange(n_windows * width // 2)
        mask = (places < n_frames // 2).view(n_windows, width // 2)
        windows = windows.view(n_windows, width, -1)
        hidden = self._blocks(windows, mask).flatten(1, 2)
        return hidden[:, None, : n_frames // 2], [1]

    def _whole(self, row):
        """Compute log-mel, (frames, bands), two frames per started 20 ms."""
        n_frames = (
            row.shape[0] + self.stride_samples - 1
        ) // self.stride_samples
        # One extra hop, so that no real frame contains reflected padding.
        missing = n_frames * self.stride_samples - row.shape[0] + 160
        padded = torch.nn.functional.pad(row, (0, missing))
        return self.spectrogram(padded[None])[0, :, : 2 * n_frames].T

    def _blocks(self, frames, mask):
        """Compute the selected layers of log-mel spectrograms with zero padding."""
        encoder = self.lobe.model.encoder
        hidden = torch.nn.functional.gelu(encoder.conv1(frames.mT))
        hidden = torch.nn.functional.gelu(encoder.conv2(hidden)).mT
        hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
        hidden = torch.nn.functional.dropout(
            hidden, encoder.dropout, self.training
        )
        if mask is not None:
            mask = mask[:, None, None]
        layers = [hidden]
        for block in encoder.layers:
            layers.append(block(layers[-1], mask))
        return torch.stack(layers[self.kept])

    def spectrogram(self, wavs):
        """Compute log-mel of equal lengths in full precision, outside of autocast."""
        with torch.autocast(wavs.device.type, enabled=False):
            return self.lobe.log_mel_spectrogram(wavs)


def _normalise(wavs, n_samples):
    """Normalise each utterance to mean 0 and variance 1; padding stays zero."""
    is_real = real_mask(n_samples, wavs.shape[1])
    n = n_samples[:, None].clamp(min=1)
    centred = (wavs - wavs.sum(dim=1, keepdim=True) / n) * is_real
    variance = centred.square().sum(dim=1, keepdim=True) / n
    return centred / (variance + 1e-7).sqrt()
