"""Package, dependencies and extras of speechbrain-clser."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
RECIPE = "recipes/CrossLingualSER"


def constant(name):
    """Return a text that the package defines, without importing it."""
    text = (HERE / "speechbrain_clser" / "__init__.py").read_text("utf-8")
    return re.search(rf'^{name} = "(.+)"$', text, flags=re.MULTILINE)[1]


def readme():
    """Return the README with links that work outside of the repository."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    for start, kind in ((r"(!\[[^]]*\]\()", "raw"), (r"(\]\()", "blob")):
        to = rf"\1{constant('URL')}/{kind}/main/"
        text = re.sub(rf"{start}(?!https?:|#)", to, text)
    return text


setup(
    name="speechbrain-clser",
    version=constant("__version__"),
    description="Cross-lingual speech emotion recognition for SpeechBrain",
    long_description=readme(),
    long_description_content_type="text/markdown",
    author="The founders of speechbrain-clser",
    url=constant("URL"),
    project_urls={
        "Changelog": f"{constant('URL')}/blob/main/CHANGELOG.md",
        "Source": constant("URL"),
    },
    keywords="speech emotion-recognition cross-lingual speechbrain pytorch",
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Topic :: Multimedia :: Sound/Audio :: Speech",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
    license="Apache-2.0",
    python_requires=">=3.10,<3.14",
    packages=[
        *find_packages(include=["speechbrain_clser", "speechbrain_clser.*"]),
        "speechbrain_clser.recipe",
    ],
    # `clser train` finds train.py and its YAML files there.
    package_dir={"speechbrain_clser.recipe": RECIPE},
    package_data={
        "speechbrain_clser.recipe": ["hparams/*.yaml"],
        "speechbrain_clser": [
            "**/*.css",
            "**/*.html",
            "**/*.j2",
            "**/*.json",
            "**/*.wav",
            "**/*.yaml",
        ],
    },
    entry_points={"console_scripts": ["clser = speechbrain_clser.cli:main"]},
    install_requires=[
        "click>=8",
        "filelock>=3.12",
        "fsspec>=2023.5",
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
        # No upper bounds: a plugin must not replace the torch of its users. What
        # PyPI has for Linux was imported in pairs. torchaudio 2.11.1 works with
        # torch 2.13.0 to 2.15.0, torchaudio 2.11.0 with torch 2.11.0 to 2.14.1;
        # both ask for 2.11 or later. So pip would join 2.11.1 to torch 2.12,
        # which is excluded, and to torch 2.11.0, which is tested with 2.11.0:
        # clser doctor repairs it. Up to 2.10, torchaudio requires its own
        # version of torch.
        "torch>=2.7.1,!=2.12.*",
        "torchaudio>=2.7.1",
        "tqdm>=4.66",
        "transformers>=5",
    ],
    extras_require={
        # The voices of the embedded corpus. eSpeak NG is under the GPL and
        # runs in a process of its own.
        "demo": ["espeakng-loader>=0.2.4"],
        # Leiden and Louvain communities, and nearest neighbours among many speakers.
        # torch-scatter, for faster reductions, is built from source against the
        # torch that is there, which no extra can say: make scatter.
        "graph": ["faiss-cpu>=1.9", "scikit-network>=0.33"],
        # Models as graphs that need no torch.
        "onnx": ["onnx>=1.17", "onnxruntime>=1.20", "onnxscript>=0.5"],
        # Prediction on many machines.
        "ray": ["ray[data]>=2.40"],
        # Runs of clser benchmark as jobs of a cluster.
        "slurm": ["submitit>=1.5"],
        # The microphone of clser listen.
        "listen": ["sounddevice>=0.5"],
        # The page of clser app.
        "app": ["gradio>=6"],
        # The corpora of CAMEO, a Hugging Face dataset.
        "cameo": ["datasets>=3"],
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
            "datasets>=3",
            "faiss-cpu>=1.9",
            "ipykernel>=6.29",
            "nbclient>=0.10",
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
