"""The words that say whose name follows or stood before; ``_`` in a word is a space."""

from __future__ import annotations

_BEARERS = (
    "联系人 收件人 收货人 寄件人 患者 病人 申请人 法定代表人 法人代表 被告人 原告 被告 当事人"
    " 嫌疑人 户主 持卡人 投保人 被保险人 监护人 委托人 受益人 开户人 住户 乘客 旅客 考生 学生"
    " 家长 聯繫人 聯絡人 收件者 开户名 户名 投诉人 所有人 经营者 负责人 经办人 司机 借款人"
    " 担保人 甲方 乙方 出租方） 承租方） 寄件 收件 签收人 派件员 发件人 代理人 见证人 证明人"
    " 主治医师 主治医生 责任医师 班主任 指导老师 入住人 机主 车主 业主 租客 导游 领队 来电人"
    " 报案人 举报人 员工 学员 法人 推荐人 介绍人 债务人 债权人 承租人 出租人 保证人 收款人"
    " 付款人 汇款人 受托人 继承人 配偶 父亲 母亲 填表人 制表人 审核人 审批人 记录人 值班人"
    " 报名人 参赛者 接待人 辅导员 管家 快递员 骑手 服务员 客户 用户 买家 卖家 法定代理人"
    " 基本信息 发票抬头：个人 候选人 面试官 推荐医生 接诊医生 身份证姓名"
)
BEARERS = tuple(_BEARERS.split())
"""In Chinese, of a form or of a sentence."""
_OF_MANY = (
    "学生 家长 住户 旅客 所有人 当事人 原告 被告 乙方 甲方 员工 学员 法人 业主 用户 客户 买家"
    " 卖家 父亲 母亲 配偶 骑手 快递员 服务员 发票抬头：个人 基本信息 债务人 债权人 继承人 管家"
    " 代理人 收款人 付款人"
)
OF_MANY = frozenset(_OF_MANY.split())
"""Bearers that are spoken of in general: a sign must stand between them and a name."""
_FIELDS = (
    "name full_name patient patient_name customer_name contact_person recipient attn cardholder"
    " account_holder beneficiary passenger fullname receiver ship_to emergency_contact"
    " deliver_to consignee signed_by holder employee tenant landlord payee guest surname"
    " next_of_kin client nombre nombre_y_apellidos apellidos nome nome_completo cognome nom"
    " prénom imię_i_nazwisko nazwisko imię vorname nachname name,_vorname jméno příjmení"
    ' ad_soyad naam navn namn nimi фио фамилия имя given_names forename family" given"'
)
FIELDS = tuple(_FIELDS.split())
"""In Latin script and others."""
_WHOLE = (
    "姓名 氏名 お名前 名前 성명 이름 الاسم 本名 名_前 氏_名"
)
WHOLE = tuple(_WHOLE.split())
"""Fields that hold a name and nothing else, whatever the surname."""
_RELATIVES = (
    "妈 妈妈 爸 爸爸 老公 老婆 先生 儿子 女儿 闺女 哥 姐 弟 妹 哥哥 姐姐 弟弟 妹妹 室友"
    " 同事 朋友 同学 闺蜜 领导 邻居 奶奶 爷爷 外婆 外公 姥姥 姥爷 男友 女友 男朋友 女朋友 父亲"
    " 母亲 丈夫 妻子 老师 客户 孩子"
)
RELATIVES = tuple(_RELATIVES.split())
"""Behind ``我``."""
_KIN = (
    "son daughter brother sister husband wife mother father mum mom dad boss colleague coworker"
    " friend roommate flatmate landlord tenant neighbour neighbor manager doctor partner"
    " boyfriend girlfriend uncle aunt cousin nephew niece grandmother grandfather grandma"
    " grandpa teacher fiancé fiancée"
)
KIN = tuple(_KIN.split())
"""Behind ``my``."""
TITLES_BEFORE = (
    "mr mrs ms dr prof professor mister nurse frau herr madame monsieur señor señora sr. sra."
    " mme mr_and_mrs"
)
"""Titles without a point, and some with one, before a name in Latin script."""
_TITLES_BEHIND = (
    "先生 女士 小姐 老师 医生 同学 经理 主任 教授 师傅 阿姨 律师 护士 大夫 总监 奶奶 爷爷 叔叔"
    " 警官 校长 院长 博士 老師 醫生 同志"
)
TITLES_BEHIND = tuple(_TITLES_BEHIND.split())
"""Titles behind a Chinese name."""
