/** What a paper says, line by line, for the screen: the same content that is sealed. Empty lines are left out. */
import { said } from '@gongdan/shared/business/index.ts';
import { t } from '@gongdan/shared/words';
import type { PaperBody } from '@gongdan/shared/generated/PaperBody';

export interface Line {
  label: string;
  text: string;
}

export interface Price {
  label: string;
  fen: number;
}

export function linesOf(paper: PaperBody): Line[] {
  return rows(paper).filter((line) => line.text.trim() !== '');
}

function rows(paper: PaperBody): Line[] {
  switch (paper.kind) {
    case 'receipt':
      return [
        { label: t('papers.receipt.payer'), text: paper.body.payer },
        { label: t('field.order.method'), text: t(`fact.pay.${paper.body.method}`) },
        { label: t('papers.receipt.reference'), text: paper.body.reference },
      ];
    case 'handover_slip':
      return [
        { label: t('papers.handover.fault'), text: paper.body.fault },
        { label: t('papers.handover.appearance'), text: paper.body.appearance },
        { label: t('papers.handover.items'), text: paper.body.items.map((item) => `${item.name} ${item.quantity}`).join('\n') },
        { label: t('papers.handover.back'), text: paper.body.expected_back ?? '' },
        { label: t('papers.handover.estimate'), text: paper.body.estimate?.text ?? '' },
      ];
    case 'loaner_slip':
      return [
        { label: t('papers.loaner.asset'), text: `${paper.body.asset} ${paper.body.model}` },
        { label: t('papers.loaner.back'), text: paper.body.due ?? '' },
        { label: t('papers.loaner.hours'), text: paper.body.hours_out },
        { label: t('papers.loaner.place'), text: paper.body.place },
        { label: t('papers.loaner.condition'), text: paper.body.condition },
        { label: t('papers.loaner.items'), text: paper.body.items.join('\n') },
      ];
    case 'hazard_notice':
      return [
        { label: t('papers.hazard.wish'), text: paper.body.wish },
        ...paper.body.hazards.map((hazard, at) => ({
          label: `${at + 1} ${hazard.level === 'now' ? t('papers.hazard.now') : (hazard.due ?? t('papers.hazard.dated'))}`,
          text: [hazard.what, hazard.measured, hazard.consequence, hazard.remedy].filter((part) => part !== '').join('\n'),
        })),
      ];
    case 'declined_replacement':
      return (['part', 'condition', 'benefits', 'risk', 'instead', 'reason'] as const).map((name) => ({ label: t(`papers.declined.${name}`), text: paper.body[name] }));
  }
}

export function pricesOf(paper: PaperBody): Price[] {
  switch (paper.kind) {
    case 'receipt':
      return [{ label: t('papers.receipt.sum'), fen: paper.body.sum_fen }];
    case 'handover_slip':
      return paper.body.estimate ? [{ label: t('papers.handover.estimateSum'), fen: paper.body.estimate.sum_fen }] : [];
    case 'loaner_slip':
      return paper.body.fees.map((fee) => ({ label: said(fee.words), fen: fee.amount_fen }));
    case 'hazard_notice':
    case 'declined_replacement':
      return [];
  }
}
