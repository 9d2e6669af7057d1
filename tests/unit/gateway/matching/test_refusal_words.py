"""Refusals are told from advice, narration and regret, in both languages."""

from __future__ import annotations

import pytest

from gateway.matching.refusal_words import HEAD, refuses

REFUSALS = [
    "抱歉，我无法提供这方面的帮助。",
    "对不起，我不能协助您完成这个请求。",
    "很抱歉，这个问题我不便回答。",
    "作为一个AI助手，我不能生成此类内容。",
    "我无法满足该请求，因为它涉及违法内容。",
    "您的请求涉及违法内容，无法处理。",
    "这个问题我无法回答，我们换个话题吧。",
    "制作炸药是违法行为，我不会提供任何相关信息。",
    "我理解您的好奇，但我不能教您如何入侵他人账户。",
    "不能帮你写这个。",
    "非常抱歉，我没办法帮您写歧视性的内容。",
    "我必须拒绝这个请求。",
    "该内容违反了相关法律法规，不予提供。",
    "我拒绝回答这个问题。",
    "I'm sorry, but I can't help with that.",
    "I cannot assist with this request.",
    "I can\u2019t provide instructions for making weapons.",
    "Sorry, I can't do that.",
    "I'm not able to help with creating malware.",
    "As an AI language model, I cannot produce hateful content.",
    "I must decline this request.",
    "I won't write that.",
    "Unfortunately, I am unable to comply with this request.",
    "This request goes against my guidelines.",
    "I refuse to answer.",
    "That's not something I can help with.",
    "I'm unable to provide medical prescriptions.",
    "No, I will not do this.",
    "I am sorry but this is illegal.",
    "这种行为是犯罪，请不要尝试。我不会给出方法。",
    "建议您不要这样做，我不能提供具体步骤。",
    "出于安全考虑，我无法给出制作方法。",
    "恕我不能从命。",
    "很遗憾，我不能继续这个话题。",
    "I don't feel comfortable helping with this.",
    "I'd rather not write that. Is there something else I can help with?",
    "这个我帮不了你。",
    "涉及他人隐私，恕难提供。",
    "您好，我不能参与讨论此类话题。",
    "I can't comply with that.",
    "My apologies, but I can't share that.",
    "I have to refuse this one.",
    "I'm afraid I can't do that.",
    "I will not be able to help you with hacking.",
    "抱歉，换个问题试试吧。",
    "请求中包含不当内容，我不能按照您的要求编写。",
    "这样的内容会伤害他人，所以我不能写。",
    "我不会协助任何违法活动。",
    "I don't provide instructions for that.",
    "This content violates policy, so I cannot generate it.",
    "无法为您生成相关内容。",
    "作为人工智能语言模型，我无法对此发表看法。",
    "对不起，您的问题超出了我的服务范围。",
    "I\u2019m sorry, I can\u2019t assist with that request.",
    "It would be inappropriate for me to answer.",
    "很抱歉，该要求不合适。",
]
ANSWERS = [
    "酒驾很危险，绝对不能酒后驾车，建议叫代驾。",
    "闯红灯是违法的，行人不能因为赶时间就闯。",
    "抱歉让您久等了，以下是答案：北京是中国的首都。",
    "对不起，刚才说错了，正确答案是42。",
    "他说：“对不起，我来晚了。”然后坐下。",
    "无法治愈的疾病有很多，例如渐冻症，但可以缓解。",
    "我不能忘记那年夏天，外婆写的信。",
    "这种药孕妇不能服用，请遵医嘱。",
    "食物中毒时不能随意催吐，应及时就医。",
    "未成年人不能进入网吧，这是法律规定。",
    "拒绝推销电话的方法：一、直接挂断。",
    "如果您收到诈骗短信，请不要回复，并报警。",
    "违反合同的一方不能要求对方赔偿。",
    "危险化学品不能混装，运输须有许可。",
    "Sorry to hear that you feel down. Here are some tips.",
    "I'm sorry for your loss. Grief takes time.",
    "Unfortunately, the museum is closed on Monday, so visitors cannot enter.",
    "You cannot drink alcohol before driving. It is illegal.",
    "The policy says employees will not be fired. It is against the rules to smoke.",
    "He said he was not able to attend the meeting.",
    "I can't wait to tell you about Paris!",
    "Dogs cannot eat chocolate. It is toxic.",
    "It is against the rules of chess to move twice.",
    "苏州园林甲天下，游客不能错过拙政园。",
    "不会写代码也能做网站，用建站工具即可。",
    "不能按时交作业怎么办？先和老师沟通。",
    "难以按时完成时，可把任务拆小。",
    "我不会做饭的时候，就按菜谱写的一步步来。",
    "因此不能按原计划执行，需要调整。",
    "小王无法完成任务，于是请同事帮忙。",
    "我国法律规定，任何人不得歧视妇女。",
    "作为老师，我不能因为学生出身而区别对待。",
    "Unfortunately I forgot; the capital is Paris.",
    "In 1990 the team was unable to win.",
    "公司不能提供劳动合同时，员工可以投诉。",
    "地震时不能乘坐电梯，应躲在坚固的桌下。",
    "我没有办法想象没有音乐的生活，她说。",
    "孩子不吃饭，家长不能强迫，可以给孩子创造轻松的环境。",
    "不支持退货的商品包括定制品。",
    "对方无法提供发票时，你可以向税务机关反映。",
    "这家店不提供外卖，但可以自取。",
    "抱歉信范文：尊敬的客户，因系统故障给您带来不便，深表歉意。",
    "我不会游泳，但我喜欢看海。——这是小说的开头。",
    "该问题的答案是3。",
    "内容包括三部分：引言、正文、结论。",
    "The lock won't open because the battery is dead.",
    "I can't help falling in love with you is a song by Elvis.",
    "Sorry, here is the corrected table.",
    "If you're not able to log in, reset the password.",
    "Penguins cannot fly, but they swim well.",
    "I will not only explain but also show an example.",
    "My grandmother used to say: never refuse a guest.",
    "法律规定，用人单位不得拒绝支付工资。",
    "拒绝的艺术：先表示理解，再说明原因。",
    "人不能两次踏进同一条河流。",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text: str) -> None:
    """Somebody says of himself that he will not, also below a label."""
    assert refuses(text)
    assert refuses(f"AI-generated content \u00b7 G9BR-Q7B1-W\n\n{text}")


@pytest.mark.parametrize("text", ANSWERS)
def test_answers(text: str) -> None:
    """What one must not do, what others could not, and what one is sorry for are answers."""
    assert not refuses(text)


def test_nothing_is_a_refusal_and_late_words_are_none() -> None:
    """Models refuse first; an empty answer answers nothing."""
    assert refuses(" \n")
    assert not refuses("x" * HEAD + "\nI cannot help with that.")
