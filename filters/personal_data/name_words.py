"""Words around names: what a name is not, and what ends one. Written by hand.

A Chinese surname is mostly an ordinary character too, so a word that begins with one looks like a
name. These are the frequent ones, by their first two characters.
"""

from __future__ import annotations

from filters.personal_data.surnames import NO_GIVEN

_WORDS = (
    "万一 万事 万元 万物 万科 万能 丛林 严格 严禁 严肃 严谨 严重 于是 仇恨 付出 付款 付费"
    " 仲裁 任何 任务 任命 任意 任职 任课 何为 何况 何必 何时 余下 余地 余额 傅科 党员 党委"
    " 党支 党政 党组 全体 全国 全家 全年 全新 全校 全班 全球 全程 全职 全部 兰州 关于 关心"
    " 关注 关税 关系 关联 关键 关闭 冀望 农业 农村 农民 冯唐 冷暖 冷水 冷藏 冷链 冷静 凌乱"
    " 凌晨 刘备 刘海 利息 利润 利用 包含 包子 包容 包括 包机 包装 包裹 包邮 华东 华为 华丽"
    " 华人 华侨 华北 华南 华山 卓越 单亲 单价 单位 单元 单号 单品 单次 单独 单词 单身 单车"
    " 卫星 卫生 卫视 印刷 印度 危害 危险 古代 古典 古巴 史上 史料 叶子 叶片 司令 司机 司法"
    " 司空 吉他 吉祥 向上 向下 向前 吴语 周一 周三 周二 周五 周六 周四 周围 周年 周日 周期"
    " 周末 周边 周长 和平 和解 和谐 唐代 唐朝 唐诗 商业 商务 商品 商场 商城 商家 国内 国家"
    " 国际 夏令 夏天 夏季 姜茶 孔子 孙女 孙子 孟子 季度 季节 宁夏 宁愿 宁波 宁静 安保 安全"
    " 安卓 安徽 安心 安抚 安排 安检 安置 安装 安静 宋代 宋朝 宗教 宗旨 宫廷 寇准 尚可 尚未"
    " 尤其 居住 居委 居民 岳母 岳父 左上 左侧 左右 左手 左边 巩固 巴士 巴西 巴黎 师傅 师兄"
    " 师妹 师姐 师弟 师范 师资 席位 席卷 常任 常住 常务 常年 常用 常见 常规 常识 干净 干燥"
    " 干部 平台 平均 平安 平方 平时 平板 平等 庄严 庄园 庄稼 应届 应当 应急 应用 应该 庞大"
    " 康养 康复 廖廖 张力 张口 张嘴 张开 张罗 张贴 强制 强化 强大 强调 彭湃 徐州 徐徐 成为"
    " 成交 成人 成分 成功 成员 成年 成本 成果 成熟 成立 成绩 成都 成长 房东 房产 房价 房号"
    " 房型 房子 房租 房贷 房间 支付 支出 支持 支架 文件 文化 文字 文学 文本 文案 文章 方便"
    " 方向 方式 方案 方法 方面 施压 施工 施肥 施行 时代 时候 时刻 时区 时尚 时期 时长 时间"
    " 明天 明年 明星 明显 明白 明确 易于 易拉 易碎 易经 景区 景点 景色 曲奇 曲线 曹操 曾经"
    " 木头 木材 朱红 权利 权益 权限 李子 杜绝 来年 来源 来电 来自 杨柳 杨树 林业 林地 柏林"
    " 查收 查看 查询 柴油 柴火 桂林 桂花 梁山 梅花 梅雨 欧洲 欧美 武侠 武器 武术 武汉 武装"
    " 段落 毕业 毕生 毕竟 毛利 毛病 毛衣 水平 水库 水果 水电 汉字 汉族 汉语 江北 江南 江苏"
    " 江西 池塘 池子 汤匙 汤圆 沈阳 沙发 沙拉 沙漠 温州 温度 温暖 温柔 温泉 温馨 游客 游戏"
    " 游泳 满分 满意 满足 焦点 焦虑 熊猫 牛奶 牛津 牛肉 牟利 王国 王朝 王牌 王者 甘肃 甘蔗"
    " 田园 田径 田野 申报 申诉 申请 申通 申领 白天 白色 白酒 白领 盛行 相信 相关 石化 石头"
    " 石油 祝你 祝寿 祝您 祝愿 祝福 祝贺 秦始 秦朝 程序 程度 穆斯 章程 章节 章鱼 童年 童装"
    " 童话 童鞋 符号 符合 简介 简体 简单 简历 管制 管家 管控 管理 管道 纪录 纪律 纪念 缪斯"
    " 罗列 罗汉 罗马 聂荣 肖像 胡同 胡子 胡萝 胡说 能力 能够 能源 舒服 舒缓 舒适 艾滋 艾灸"
    " 花园 花店 花费 花钱 苏州 苏打 苏格 苏联 苗头 英国 英文 英语 范围 范文 范本 荣耀 荣誉"
    " 葛根 董事 袁世 解决 解放 解释 计入 计划 计算 许可 许多 许愿 谢谢 谷歌 谷物 费率 费用"
    " 贺卡 赵国 路上 路人 路口 路由 路线 路费 路障 车主 车位 车型 车牌 车票 车站 车辆 车间"
    " 车队 辛苦 边界 边缘 连云 连夜 连忙 连接 连续 连衣 连锁 通常 通用 通知 通过 邓小 邢台"
    " 郑重 郭德 金属 金牌 金色 金融 金额 钟头 钟表 钱包 钱财 银联 银色 银行 阳光 阳台 阳性"
    " 陆军 陆地 陆续 陈列 陈旧 陈述 陶瓷 雄厚 雷达 雷雨 韩剧 韩国 韩语 项目 项羽 项链 顾客"
    " 顾虑 顾问 颜值 颜色 马上 马克 马拉 马来 马桶 马虎 马路 高一 高三 高中 高二 高兴 高层"
    " 高效 高新 高校 高温 高热 高端 高管 高级 高考 高血 高速 高铁 麦克 麦当 麻烦 麻醉 黄昏"
    " 黄河 黄瓜 黄色 黄金 齐全 齐心 龙井 龙头 龙年 龙舟 龙虾"
)
_ORDINARY = frozenset(_WORDS.split())
_ALSO = "李子 叶子 孙子 江南 夏天 张开 张力 雷雨 温馨 安静 安心 杨柳 田园 黄金 宁静 陈列 林业"
_ALSO_NAMES = frozenset(_ALSO.split())
"""Words with which many names of three characters begin (李子涵)."""
_ENDS_OF_WORDS = frozenset(
    "部系科组班院校级区室层店厂处局队员者省市县镇乡村型性化率费款单号类们馆所司人怪鬼下上里"
)
"""How offices, groups and measures end, and no given name."""
FOLLOWERS = NO_GIVEN | frozenset(
    "因于从对曾正已经刚昨前后先申系为向同、及或由到出去说要会能可将又还都只不至未名生上下拟年月"
    "日岁感家发提问签负代委通送收寄付借欠"
)
"""Characters with which the words behind a name begin."""
_LABELS = (
    "电话 手机 身份 性别 民族 出生 年龄 籍贯 住址 地址 学历 职务 职业 联系 单位 部门 国籍"
    " 学号 工号 证件 护照 邮箱 微信 卡号 账号 男性 女性 今年 因为 主诉 诊断 病历 住院 床号"
    " 人民 同志 邮编 编号 车牌 户籍 婚姻 学校"
)
LABELS_BEHIND = frozenset(_LABELS.split())
"""Names of the next field of a form without signs."""
_NOBODYS = (
    "all team everyone everybody folks sir sirs madam customer customers colleague colleagues"
    " hiring manager there friend friends guest guests member members parents students valued"
    " user users support guys god diary santa department service services desk sales billing"
    " payable receivable accounts office staff committee the a an and or of to for in on at"
    " is was are it this that my your our we you i he she they monday tuesday wednesday"
    " thursday friday saturday sunday january february march april june july august september"
    " october november december world new editor recruiter applicant sincerely regards"
    " company inc ltd llc limited gmbh corp group bank university school hospital street road"
    " avenue required optional string null none true false unknown void integer number text"
    " name names again alexa siri google claude chatgpt gpt assistant bot practitioner"
    " emeritus universe who no please thanks email e-mail mail phone tel fax mobile address"
    " license licence foundation society project inc. e.g president america i'm i'd i'll i've"
    " also just now then so but not with from if when what why how as"
)
NOBODY = frozenset(_NOBODYS.split())
"""Words of which none is part of a person's name."""
PRODUCTS = (
    "Martens", "Coffee", "Pepper", "Robot", "Clean", "Bean", "Seuss", "Oetker", "Doubtfire",
    "Watson", "Strangelov", "Fantastic", "Potato", "Beast", "Jekyll", "Dre", "Congenial",
    "Monopoly",
)  # fmt: skip
"""What stands behind a title in the names of wares, films and books, by at most nine letters."""


def is_word(han: str) -> bool:
    """True if a run of Han characters begins with an ordinary word or a town, or ends as offices
    and groups do."""
    if han[:2] in _ORDINARY or han[1:2] == "州":
        return len(han) == len("李子") or han[:2] not in _ALSO_NAMES
    return 2 < len(han) <= 4 and han[-1] in _ENDS_OF_WORDS
