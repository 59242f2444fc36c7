"""Models in GGUF files, run on this machine by llama.cpp, with no server to install.

`gguf:PATH` names a file; `gguf:PATH?context=8192` says how many tokens it is given room for, in
place of what the file says. The engine runs in a process of its own, which speaks OpenAI's format
on the loopback interface to whoever has its key.
"""
