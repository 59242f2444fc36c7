"""Files of the workspace: list, search, read, write, edit."""

from tyler_tui.tools.files.editing import edit_file
from tyler_tui.tools.files.listing import list_files
from tyler_tui.tools.files.reading import read_file
from tyler_tui.tools.files.searching import search_files
from tyler_tui.tools.files.writing import write_file

FILES_TOOLS = [list_files, search_files, read_file, write_file, edit_file]
