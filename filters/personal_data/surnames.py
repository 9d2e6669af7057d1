"""Surnames of China, by how often they are borne; and what stands behind a name or in its place.

The order of the frequent ones is that of the reports of the Ministry of Public Security on names;
the lists are written by hand and under this program's licence, none is a copy of another's.
"""

from __future__ import annotations

SINGLE = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱"
    "戴严莫孔汤常温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷申欧耿关兰焦俞左柳甘祝包宁尚符舒阮纪梅"
    "童凌毕单季裴霍成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车"
    "项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄"
    "丛仲虞敖巩明佘池查麻苑迟邝張劉陳楊黃趙吳孫馬許韓鄧馮曾蕭鄭謝羅葉蘇呂盧鍾陸範龍賀顧龔萬錢戴嚴"
)
COMPOUND = frozenset([
    "欧阳", "上官", "司马", "诸葛", "司徒", "东方", "独孤", "南宫", "夏侯", "皇甫", "尉迟",
    "公孙", "慕容",
    "令狐", "宇文", "长孙", "端木", "轩辕", "百里", "呼延", "东郭", "西门", "闻人", "歐陽", "諸葛",
])  # fmt: skip
AMBIGUOUS = frozenset(
    "方成安时和康高平党常何关应明能管全单计程强白金黄于向满文万水连包支花车马钱温简师任毕毛游路华冷项宗商司阳古"
    "农祝苗边"
)
"""Surnames with which ordinary words begin that stand behind a bearer of names (患者高热)."""
NO_GIVEN = frozenset(
    "的是在了吗呢吧和与今住电性男女来自也就被把给我你他她它们这那请帮想不没很，做什怎啥去看吃喝说讲"
)
"""Characters with which the words behind a name begin, and hardly ever a given name."""

TITLES = frozenset([
    "先生", "女士", "小姐", "老师", "医生", "同学", "经理", "主任", "教授", "师傅", "阿姨",
    "叔叔", "总",
    "老板", "警官", "律师", "老師", "醫生",
])  # fmt: skip
