"""Line mode is a part of the program: it is called as the command line is."""

from tests.cli.conftest import cli as cli
