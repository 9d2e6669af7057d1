"""What columns and values are called in the word lists that operators bring along."""

from __future__ import annotations

COLUMNS = {
    "text": ("text", "term", "terms", "word", "words", "keyword", "phrase", "词", "词语", "词条",
             "敏感词", "关键词", "违禁词", "文本", "内容"),
    "category": ("category", "class", "type", "label", "类别", "分类", "类型", "类目"),
    "severity": ("severity", "level", "grade", "risk", "级别", "等级", "风险等级", "严重程度",
                 "风险级别"),
    "match": ("match", "match_mode", "mode", "匹配", "匹配方式"),
    "variants": ("variants", "views", "变体"),
    "allow": ("allow", "allow_phrases", "whitelist", "exceptions", "白名单", "例外", "放行词"),
    "context": ("context", "context_words", "near", "上下文", "语境词", "共现词"),
    "context_reach": ("context_reach", "reach", "上下文距离", "语境距离"),
    "context_side": ("context_side", "side", "上下文方位", "语境方位"),
    "must_match": ("must_match", "positive", "examples", "应命中", "正例"),
    "must_not_match": ("must_not_match", "negative", "counter_examples", "不应命中", "反例"),
    "min_length": ("min_length", "minimum_length", "最小长度"),
    "variant_severity": ("variant_severity", "变体等级"),
    "source": ("source", "origin", "来源", "出处"),
    "licence": ("licence", "license", "许可", "许可证"),
    "owner": ("owner", "author", "负责人", "维护人"),
    "expires": ("expires", "expires_at", "expiry", "valid_until", "有效期", "到期", "过期时间"),
}  # fmt: skip
"""Field of an entry -> headers that mean it (compared without case and outer spaces)."""

SEVERITIES = {
    "1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4,
    "low": 1, "mild": 1, "低": 1, "轻微": 1, "低风险": 1, "低危": 1,
    "medium": 2, "moderate": 2, "中": 2, "一般": 2, "中风险": 2, "中危": 2,
    "high": 3, "severe": 3, "高": 3, "严重": 3, "高风险": 3, "高危": 3,
    "critical": 4, "grave": 4, "极高": 4, "特别严重": 4, "极高风险": 4,
}  # fmt: skip

MATCHES = {
    "substring": "substring", "contains": "substring", "包含": "substring", "模糊": "substring",
    "word": "word", "exact": "word", "token": "word", "整词": "word", "精确": "word",
}  # fmt: skip

SIDES = {
    "before": "before", "前": "before", "之前": "before", "前面": "before",
    "behind": "behind", "after": "behind", "后": "behind", "之后": "behind", "后面": "behind",
    "both": "", "前后": "", "两侧": "",
}  # fmt: skip

CATEGORIES = {
    "sexual": "A1.f.sexual", "porn": "A1.f.sexual", "adult": "A1.f.sexual", "色情": "A1.f.sexual",
    "涉黄": "A1.f.sexual", "低俗": "A1.f.sexual", "淫秽色情": "A1.f.sexual",
    "violence": "A1.f.violence", "暴力": "A1.f.violence", "血腥": "A1.f.violence",
    "terrorism": "A1.d", "恐怖主义": "A1.d", "暴恐": "A1.d", "涉恐": "A1.d", "极端主义": "A1.d",
    "gambling": "A1.h.gambling", "赌博": "A1.h.gambling", "涉赌": "A1.h.gambling",
    "drugs": "A1.h.drugs", "毒品": "A1.h.drugs", "涉毒": "A1.h.drugs",
    "fraud": "A1.h.fraud", "scam": "A1.h.fraud", "诈骗": "A1.h.fraud", "欺诈": "A1.h.fraud",
    "weapons": "A1.h.weapons", "枪支": "A1.h.weapons", "涉枪涉爆": "A1.h.weapons",
    "insult": "A4.insult", "profanity": "A4.insult", "辱骂": "A4.insult", "谩骂": "A4.insult",
    "self-harm": "self_harm", "suicide": "self_harm", "自杀": "self_harm", "自残": "self_harm",
    "malware": "malware", "恶意软件": "malware",
    "民族": "A2.ethnicity", "民族歧视": "A2.ethnicity", "信仰": "A2.belief", "国别": "A2.country",
    "地域": "A2.region", "地域歧视": "A2.region", "性别": "A2.sex", "性别歧视": "A2.sex",
    "年龄": "A2.age", "职业": "A2.occupation", "健康": "A2.health", "歧视": "A2.other",
}  # fmt: skip
"""Everyday names of categories -> ours. Dotted names pass as they are."""

ALLOW_SIGNS = "|｜;；\n"
"""What stands between the allow-phrases of one cell."""
