"""Golden values for model/evaluate from scikit-learn, SciPy and NumPy; prints evaluate-metrics.json.

    python3 test/vectors/evaluate-metrics.py > test/vectors/evaluate-metrics.json
"""
import json

import numpy
import scipy
import sklearn
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from scipy.stats import genpareto, norm
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score, roc_curve

random = numpy.random.default_rng(1)


def metrics(genuine, impostor):
    same = numpy.r_[numpy.ones(len(genuine)), numpy.zeros(len(impostor))]
    distance = numpy.r_[genuine, impostor]
    fpr, tpr, _ = roc_curve(same, -distance)
    threshold = 1.1
    precision, recall, f1, _ = precision_recall_fscore_support(
        same, distance <= threshold, average="binary"
    )
    pooled = (numpy.var(genuine) + numpy.var(impostor)) / 2
    return {
        "genuine": genuine.tolist(),
        "impostor": impostor.tolist(),
        "tar_at_fmr": {str(f): float(tpr[fpr <= f].max()) for f in (0.3, 0.1, 0.05, 0.01)},
        "eer": brentq(lambda x: 1 - x - float(interp1d(fpr, tpr)(x)), 0, 1, xtol=1e-14),
        "auc": roc_auc_score(same, -distance),
        "d_prime": float((impostor.mean() - genuine.mean()) / numpy.sqrt(pooled)),
        "threshold": threshold,
        "precision": precision,
        "recall": recall,
        "f1": f1,
    }


def ten_fold(same, distance, fold):
    accuracies = []
    for held in range(10):
        train = fold != held
        values = numpy.unique(distance[train])
        candidates = numpy.r_[values[0] / 2, (values[:-1] + values[1:]) / 2, values[-1]]
        scores = [numpy.mean((distance[train] <= t) == same[train]) for t in candidates]
        best = candidates[int(numpy.argmax(scores))]
        accuracies.append(float(numpy.mean((distance[~train] <= best) == same[~train])))
    return {
        "same": same.astype(int).tolist(),
        "distance": distance.tolist(),
        "fold": fold.tolist(),
        "accuracies": accuracies,
        "mean": float(numpy.mean(accuracies)),
        "standard_error": float(numpy.std(accuracies, ddof=1) / numpy.sqrt(10)),
    }


def as_float32(values, decimals=None):
    values = values if decimals is None else numpy.round(values, decimals)
    return values.astype(numpy.float32).astype(numpy.float64)


genuine = numpy.clip(random.normal(0.8, 0.2, 60), 0, 2)
impostor = numpy.clip(random.normal(1.35, 0.12, 200), 0, 2)
same = random.permutation(numpy.r_[numpy.ones(100, bool), numpy.zeros(100, bool)])
distance = as_float32(numpy.where(same, random.normal(0.9, 0.25, 200), random.normal(1.3, 0.15, 200)), 3)
probabilities = [1e-12, 1e-7, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.07, 0.3, 0.5, 0.9, 0.93, 0.999, 1 - 1e-9]
excesses = genpareto.rvs(-0.2, scale=0.05, size=400, random_state=random)
shape, _, scale = genpareto.fit(excesses, floc=0)

print(
    json.dumps(
        {
            "generator": "test/vectors/evaluate-metrics.py",
            "versions": {m.__name__: m.__version__ for m in (numpy, scipy, sklearn)},
            "continuous": metrics(as_float32(genuine), as_float32(impostor)),
            "tied": metrics(as_float32(genuine, 1), as_float32(impostor, 1)),
            "ten_fold": ten_fold(same, distance, numpy.arange(200) // 20),
            "probit": [[p, float(norm.ppf(p))] for p in probabilities],
            "quantile": {
                "values": [3.0, 1.0, 4.0, 1.5, 9.0],
                "of": [[q, float(numpy.quantile([3.0, 1.0, 4.0, 1.5, 9.0], q))] for q in (0, 0.025, 0.4, 0.975, 1)],
            },
            "generalized_pareto": {
                "excesses": excesses.tolist(),
                "shape": float(shape),
                "scale": float(scale),
                "log_likelihood": float(genpareto.logpdf(excesses, shape, 0, scale).sum()),
            },
        }
    )
)
