"""The help of the study commands is there in Chinese."""

import re

import pytest

from planner.cli import main
from tests.test_chinese import english


@pytest.mark.parametrize("command", ["stress", "labels", "backtest", "policies"])
def test_help_in_chinese(command, capsys):
    assert main([command, "--help", "--lang", "zh"]) == 0
    text = capsys.readouterr().out
    assert "用法：" in text and not english(re.sub(r"(?s)用法.*?\n\n", "", text))
