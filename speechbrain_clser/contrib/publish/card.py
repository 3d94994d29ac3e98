"""Write the card of a published model from its README and the report."""

import inspect
import pydoc
import re

from huggingface_hub import ModelCardData

from speechbrain_clser import URL, __version__
from speechbrain_clser.contrib.publish.command import shareable
from speechbrain_clser.contrib.publish.metadata import EXAMPLE
from speechbrain_clser.inference.model_results import section
from speechbrain_clser.inference.readme import FOLDER, LIMITS, RESULTS

METHOD = re.compile(r"^method: !new:(\S+)", flags=re.MULTILINE)
RECORDING = "recording.wav"  # in the code of the README


def card(
    report: dict,
    readme: str,
    data: ModelCardData,
    repo_id: str,
    training: dict,
    source: str = "",
) -> str:
    """Write the card of a model.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.
    readme : str
        README.md of the model folder.
    data : ModelCardData
        From ``metadata``.
    repo_id : str
        Hub id ``owner/name``.
    training : dict
        Provenance of the model; see ``Choice.provenance``.
    source : str
        Paper of the method; see ``source_of``.

    Returns
    -------
    str
        A README.md with metadata.
    """
    readme = _with_example(readme.replace(FOLDER, repo_id), repo_id)
    title, *sections = readme.split("\n## ")
    # The card has its own versions of these two sections.
    kept = [
        f"\n## {text}"
        for text in sections
        if text.partition("\n")[0] not in (RESULTS, LIMITS)
    ]
    return "\n".join(
        [
            f"---\n{data.to_yaml()}\n---\n",
            title,
            section("inference/templates/headline.j2", report, training),
            "".join(kept).lstrip("\n"),
            section(
                "contrib/publish/templates/card.j2",
                report,
                training,
                command=shareable(
                    report["environment"]["command"],
                    data.to_dict().get("base_model"),
                ),
                source=source,
                version=__version__,
                url=URL,
            ),
        ]
    )


def source_of(model_yaml: str) -> str:
    """Return the section "Source" of the docstring of the method of a model.

    Empty if there is none.

    Example
    -------
    >>> path = "speechbrain_clser.methods.supcon_spkadv.SupConSpkAdv"
    >>> source_of(f"method: !new:{path}")[:16]
    'Mi, Ma and Toda,'
    """
    found = METHOD.search(model_yaml)
    kind = pydoc.locate(found[1]) if found else None
    text = inspect.getdoc(kind) if isinstance(kind, type) else ""
    section_of = re.search(
        r"^Source\n-+\n(.+?)(?=\n\n[A-Z]\w+\n-+\n|\Z)",
        text or "",
        flags=re.MULTILINE | re.DOTALL,
    )
    return " ".join(section_of[1].split()) if section_of else ""


def _with_example(readme, repo_id):
    """Let the Python code of a README read the published example."""
    code = readme.replace(
        f'classify_file("{RECORDING}")', "classify_file(example)"
    )
    return code.replace(
        "```python\n",
        "```python\nfrom huggingface_hub import hf_hub_download\n\n"
        f'example = hf_hub_download("{repo_id}", "{EXAMPLE}")\n',
    )
