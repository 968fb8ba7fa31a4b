"""What a study's `command` evaluator starts: the candidate comes as JSON on standard input, the metrics go as
JSON to standard output. In the place of this formula a trainer would stand."""
import json
import sys

request = json.load(sys.stdin)
candidate = request["candidate"]
capacity = candidate["layers"] * candidate["width"] * candidate["bits"]
overfitting = max(0.0, 0.3 - candidate.get("dropout", 0.3)) * candidate["layers"]
json.dump({"error": 40 / capacity**0.5 + overfitting + 4 / candidate["bits"] ** 2}, sys.stdout)
