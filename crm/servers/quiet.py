"""What the web server itself writes down: errors alone, without a number and without a link by which somebody may act."""

from typing import Any

from gunicorn.glogging import Logger

from vault.scrub import ScrubFilter


class Quiet(Logger):  # type: ignore[misc]  # gunicorn brings no types
    """gunicorn's logger, scrubbed: it repeats the address of a request that it could not handle (I14)."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn does it, with our filter on whatever writes; no access log, whatever the settings ask for."""
        super().setup(cfg)
        self.access_log.handlers.clear()
        for handler in self.error_log.handlers:
            handler.addFilter(ScrubFilter())

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Nothing: addresses hold what opens a receipt, and who asked when is nobody's business."""
