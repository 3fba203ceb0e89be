"""What a web worker needs, loaded once: gunicorn's master takes this module for its settings before it makes workers.

They are copies of the master, so that they begin in a tenth of the time, as after a crash, and share its memory. Each
still composes its own application: connections and threads are nothing to share.
"""

from api.app import prepare

prepare()
