/**
 * What the product says when something is refused or fails: three sentences a code
 * (`what` happened, what is `safe`, what to `do`), never the text of an exception.
 */
export const problems = {
  'problem.offline.what': '现在连不上服务器',
  'problem.offline.safe': '已经存下的内容都在',
  'problem.offline.do': '看一下网络，连上后再试',
  'problem.unknown.what': '这一步没有做成',
  'problem.unknown.safe': '已经存下的内容都在，没有丢',
  'problem.unknown.do': '再试一次；还不行就把编号告诉公司',
} as const;
