"""Makes a classifier of one layer that finds the word "bad", in the folder that is named.

A program of its own, so that no test process loads torch.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

WORDS = ["[UNK]", "[PAD]", "good", "bad", "ugly"]


def make_model(folder: Path) -> None:
    """Make a model of one layer that finds the word "bad", in both formats."""
    words = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, "[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="[UNK]", pad_token="[PAD]", model_max_length=32
    ).save_pretrained(folder)
    torch.manual_seed(1)
    torch.set_num_threads(1)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=32, pad_token_id=1,
        id2label={0: "SAFE", 1: "HARM"}, label2id={"SAFE": 0, "HARM": 1},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    steps = torch.optim.AdamW(model.parameters(), lr=0.01)
    texts = [[2], [3], [4], [2, 3], [4, 2], [3, 3], [2] * 31, [2] * 30 + [3], [3] + [2] * 30]
    for _ in range(40):
        for ids in texts:
            loss = model(input_ids=torch.tensor([ids]), labels=torch.tensor([int(3 in ids)])).loss
            loss.backward()
            steps.step()
            steps.zero_grad()
    model.eval().save_pretrained(folder)
    parts = ("input_ids", "attention_mask", "token_type_ids")
    example = {name: torch.ones(2, 8, dtype=torch.int64) for name in parts}
    torch.onnx.export(
        model, kwargs=example, f=str(folder / "model.onnx"), input_names=list(parts),
        output_names=["logits"], dynamo=False, opset_version=17,
        dynamic_axes={name: {0: "batch", 1: "length"} for name in parts} | {"logits": {0: "batch"}},
    )  # fmt: skip


if __name__ == "__main__":
    make_model(Path(sys.argv[1]))
