"""Runs one of the compared tools on a pair of Parquet files: python baselines.py evidently|nannyml REFERENCE CURRENT"""
import os
import sys

os.environ["DO_NOT_TRACK"] = "1"
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import pandas as pd


def evidently(reference, current):
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    numerical = [c for c in reference.columns if reference[c].dtype.kind == "f"]
    definition = DataDefinition(numerical_columns=numerical, categorical_columns=[c for c in reference.columns if c not in numerical])
    wrap = lambda frame: Dataset.from_pandas(frame, data_definition=definition)
    return Report([DataDriftPreset()]).run(wrap(current), wrap(reference)).dict()


def nannyml(reference, current):
    import nannyml

    continuous = ["kolmogorov_smirnov", "jensen_shannon", "wasserstein"]
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=list(reference.columns), continuous_methods=continuous, categorical_methods=["chi2", "jensen_shannon"])
    return calculator.fit(reference).calculate(current).to_df()


tool, reference, current = sys.argv[1:4]
{"evidently": evidently, "nannyml": nannyml}[tool](pd.read_parquet(reference), pd.read_parquet(current))
