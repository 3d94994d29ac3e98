"""Package, dependencies and extras of speechbrain-clser."""

from setuptools import find_packages, setup

setup(
    name="speechbrain-clser",
    version="0.1.0",
    description="Cross-lingual speech emotion recognition for SpeechBrain",
    license="Apache-2.0",
    python_requires=">=3.10,<3.14",
    packages=find_packages(
        include=["speechbrain_clser", "speechbrain_clser.*"]
    ),
    package_data={
        "speechbrain_clser": [
            "**/*.css",
            "**/*.html",
            "**/*.j2",
            "**/*.json",
            "**/*.yaml",
        ]
    },
    entry_points={"console_scripts": ["clser = speechbrain_clser.cli:main"]},
    install_requires=[
        "click>=8",
        "filelock>=3.12",
        "huggingface-hub>=1.31",
        "hyperpyyaml>=1.2.2",
        "jinja2>=3.1",
        "langcodes[data]>=3.4",
        "matplotlib>=3.8",
        "numpy>=1.26",
        "packaging>=22",
        "pyyaml>=6",
        "ruamel.yaml>=0.17.28",  # HyperPyYAML's
        "safetensors>=0.4",
        "scikit-learn>=1.4",
        "scipy>=1.11",
        "soundfile>=0.12.1",
        "speechbrain>=1.1.2,<2",
        # What PyPI has for Linux was imported in pairs. torchaudio 2.11.0 works
        # with torch 2.11.0 to 2.14.1 and refuses 2.15.0, which has CUDA 13.2
        # in place of 13.0. torchaudio 2.11.1 works with torch 2.13.0 to 2.15.0
        # only, but asks for 2.11 or later, so pip would join it to torch 2.11
        # and 2.12, where it cannot be loaded. Up to 2.10, torchaudio requires
        # its own version of torch.
        "torch>=2.7.1,<2.15",
        "torchaudio>=2.7.1,<2.11.1",
        "tqdm>=4.66",
        "transformers>=5",
    ],
    extras_require={
        # The voices of the embedded corpus. eSpeak NG is under the GPL and
        # runs in a process of its own.
        "demo": ["espeakng-loader>=0.2.4"],
        # Leiden and Louvain communities, and faster reductions over a graph.
        # torch-scatter is built from source against the torch that is there,
        # which no extra can say: make scatter.
        "graph": ["scikit-network>=0.33"],
        # Models as graphs that need no torch.
        "onnx": ["onnx>=1.17", "onnxruntime>=1.20", "onnxscript>=0.5"],
        # Runs of clser benchmark as jobs of a cluster.
        "slurm": ["submitit>=1.5"],
        # The microphone of clser listen.
        "listen": ["sounddevice>=0.5"],
        # The page of clser app.
        "app": ["gradio>=6"],
        # Classes of phones; TextGrids of an aligner.
        "phones": ["panphon>=0.21", "praatio>=6.2"],
        # Oracles for tests and benchmarks, never imported by the package:
        # openSMILE's licence is non-commercial, Praat's is the GPL.
        "reference": [
            "audmetric>=1.4",
            "opensmile>=2.5",
            "praat-parselmouth>=0.4.5",
            "pytorch-metric-learning>=2.8",
        ],
        # The pages of make docs; equations become MathML, which needs no script.
        "docs": [
            "latex2mathml>=3.77",
            "mkdocs-material>=9.6",
            "mkdocstrings[python]>=0.29",
        ],
        # Linters at the versions of SpeechBrain's pre-commit.
        "test": [
            "codespell==2.3.0",
            "onnx>=1.17",
            "onnxruntime>=1.20",
            "onnxscript>=0.5",
            "panphon>=0.21",
            "praatio>=6.2",
            "pytest>=8.2",
            "pytest-xdist>=3.6",
            "pytorch-metric-learning>=2.8",
            "ruff==0.12.4",
            "scikit-network>=0.33",
            "submitit>=1.5",
            "yamllint==1.35.1",
        ],
    },
)
