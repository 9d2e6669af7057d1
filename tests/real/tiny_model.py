"""Makes a language model of a few hundred kilobytes that knows some dialogues by heart.

Runs in the environment of the inference server: ``python tiny_model.py LINES.json FOLDER``. LINES
maps prompts to answers; an answer that is `{"again": TEXT}` goes on for ever.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:"
END = "<end>"
ROUNDS = 12
MOST_STEPS = 600


def make_tokenizer(texts):
    """Return a byte-level tokenizer that cuts most Chinese characters into bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=[END], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END)
    made.chat_template = TEMPLATE
    return made


def examples(tokenizer, lines):
    """Return token ids and labels: only the answers are learned."""
    for prompt, answer in lines.items():
        endless = isinstance(answer, dict)
        asked = tokenizer.encode(f"user: {prompt}\nassistant:")
        said = tokenizer.encode(" " + (answer["again"] * ROUNDS if endless else answer))
        said += [] if endless else [tokenizer.eos_token_id]
        yield torch.tensor([asked + said]), torch.tensor([[-100] * len(asked) + said])


def learn(model, learned):
    """Train until every answer is known by heart. Raises RuntimeError if that fails."""
    steps = torch.optim.AdamW(model.parameters(), lr=4e-3)
    for step in range(MOST_STEPS):
        worst = 0.0
        for ids, labels in learned:
            loss = model(input_ids=ids, labels=labels).loss
            steps.zero_grad()
            loss.backward()
            steps.step()
            worst = max(worst, loss.item())
        if worst < 0.01:
            return step
    raise RuntimeError(f"not learned: the loss is still {worst}")


def main():
    """Make the model that the command line asks for."""
    lines = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    torch.manual_seed(7)
    torch.set_num_threads(1)
    texts = [*lines, *(a["again"] if isinstance(a, dict) else a for a in lines.values())]
    tokenizer = make_tokenizer(texts)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=8192,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    learn(model, list(examples(tokenizer, lines)))
    model.generation_config.do_sample = False
    model.save_pretrained(sys.argv[2])
    tokenizer.save_pretrained(sys.argv[2])


main()
