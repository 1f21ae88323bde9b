"""The files of a workspace: discover, load, link and check them, and write changes to them."""
