"""Figures of a report, one file each.

Each function takes the report and returns a matplotlib ``Figure`` without
further computation. ``svg`` renders a figure for the page.
"""

from speechbrain_clser.evaluation.plots.by_duration import uar_by_duration
from speechbrain_clser.evaluation.plots.by_language import uar_by_language
from speechbrain_clser.evaluation.plots.calibration import reliability
from speechbrain_clser.evaluation.plots.chance import uar_against_chance
from speechbrain_clser.evaluation.plots.confusion import confusion_matrix
from speechbrain_clser.evaluation.plots.curves import training_curves
from speechbrain_clser.evaluation.plots.embeddings import embedding_map
from speechbrain_clser.evaluation.plots.histogram import prediction_histogram
from speechbrain_clser.evaluation.plots.layers import uar_by_layer
from speechbrain_clser.evaluation.plots.recalls import recall_per_class
from speechbrain_clser.evaluation.plots.style import svg
from speechbrain_clser.evaluation.plots.values import predicted_values

__all__ = [
    "confusion_matrix",
    "embedding_map",
    "predicted_values",
    "prediction_histogram",
    "recall_per_class",
    "reliability",
    "svg",
    "training_curves",
    "uar_against_chance",
    "uar_by_duration",
    "uar_by_language",
    "uar_by_layer",
]
