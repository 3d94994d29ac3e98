import click
from click.testing import CliRunner

from speechbrain_clser.commands import shared


def test_options_have_both_spellings_and_control_characters_are_escaped():
    @click.command()
    @shared.data_folder_option
    @shared.bad_files_option
    @shared.manifests_option
    @shared.device_option
    def show(**options):
        shared.show_facts({**options, "a_name": "\x1b[2J"})

    typed = ["--data_folder", "d", "--allow_bad_files"]
    result = CliRunner().invoke(show, typed)
    twice = [*typed, "--data-folder", "{mine: m}"]
    joined = CliRunner().invoke(show, twice).output.splitlines()[0]
    assert joined == 'data folder      {"*": "d", "mine": "m"}'
    assert result.output.splitlines() == [
        "data folder      d",
        "allow bad files  True",
        "manifests        manifests",
        r"a name           \x1b[2J",
    ]
