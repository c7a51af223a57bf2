from . import release_setup
