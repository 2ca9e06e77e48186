//! Rows to stock levels, discounts and search terms.

use super::Error;
use super::columns::Columns;
use super::engine::{FileRun, Reject, Table};
use super::meaning::Meaning;
use super::record::{Discount, Record};
use super::row::Row;
use super::value;
use crate::shop::ProductRef;

#[derive(Default)]
pub(super) struct InventoryTable;

impl Table for InventoryTable {
    fn row(&mut self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<(), Error> {
        use Meaning as M;
        let product = product_ref(row, columns);
        if product == ProductRef::default() {
            let reject = Reject::new(
                "product_key_missing",
                "The row names neither a SKU nor a product.",
                "Fill in the SKU or the handle and import the file again.",
            );
            return run.set_aside(row, columns, &reject);
        }
        let mut records = Vec::new();
        let stocked = |cell: &str| !matches!(cell.to_lowercase().as_str(), "" | "not stocked");
        if let Some(idx) = columns.idx(M::Stock)
            && stocked(row.get(idx))
            && let Some(level) = run.count(row, columns, M::Stock)?
        {
            let location = value::text(columns.cell(row, M::Location));
            records.push(Record::StockLevel { product: product.clone(), location, level });
        }
        for column in columns.all(M::StockColumn) {
            let cell = row.get(column.idx);
            if stocked(cell)
                && let Some(level) = value::count(cell, columns.format(column.idx).mark)
            {
                let location = if column.label.is_empty() {
                    columns.headers[column.idx].clone()
                } else {
                    column.label.clone()
                };
                records.push(Record::StockLevel {
                    product: product.clone(),
                    location: Some(location),
                    level,
                });
            }
        }
        if let Some(cost) = run.money(row, columns, M::Cost, run.exponent())? {
            records.push(Record::Cost { product, cost });
        }
        run.take(1);
        let n = records.len();
        for (idx, record) in records.into_iter().enumerate() {
            run.record(record, row.line, u32::from(idx + 1 == n))?;
        }
        Ok(())
    }

    fn finish(&mut self, _run: &mut FileRun<'_>) -> Result<(), Error> {
        Ok(())
    }
}

fn product_ref(row: &Row, columns: &Columns) -> ProductRef {
    use Meaning as M;
    let sku = value::present(value::unguard(columns.cell(row, M::Sku))).map(str::to_owned);
    let handle = value::text(columns.cell(row, M::Handle));
    let product_id =
        value::present(value::id(columns.cell(row, M::ProductId))).map(|id| value::gid(id).to_owned());
    let variant_id = value::present(value::id(columns.cell(row, M::VariantId)))
        .map(|id| value::gid(id).to_owned())
        .or_else(|| {
            // Without a SKU, handle and option values name the variant.
            let values: Vec<&str> = columns
                .all(M::OptionValue)
                .map(|column| row.get(column.idx))
                .filter(|value| !value.is_empty() && *value != "Default Title")
                .collect();
            (sku.is_none() && handle.is_some() && !values.is_empty()).then(|| values.join(" / "))
        });
    ProductRef { product_id, variant_id, sku, handle }
}

#[derive(Default)]
pub(super) struct DiscountTable;

impl Table for DiscountTable {
    fn row(&mut self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<(), Error> {
        use Meaning as M;
        let Some(code) = value::text(columns.cell(row, M::DiscountCode)) else {
            let reject = Reject::new(
                "discount_code_missing",
                "The row has no discount code.",
                "Delete the row or fill in the code.",
            );
            return run.set_aside(row, columns, &reject);
        };
        let discount = Discount {
            code,
            kind: value::text(columns.cell(row, M::DiscountKind)),
            value: value::text(columns.cell(row, M::DiscountValue)),
            starts_at: run.time(row, columns, M::StartsAt)?,
            ends_at: run.time(row, columns, M::EndsAt)?,
            times_used: run.count(row, columns, M::TimesUsed)?,
            status: value::text(columns.cell(row, M::DiscountStatus)),
        };
        run.take(1);
        run.record(Record::Discount(discount), row.line, 1)
    }

    fn finish(&mut self, _run: &mut FileRun<'_>) -> Result<(), Error> {
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct SearchTermTable;

impl Table for SearchTermTable {
    fn row(&mut self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<(), Error> {
        use Meaning as M;
        let Some(term) = value::text(columns.cell(row, M::SearchTerm)) else {
            let reject = Reject::new(
                "search_term_missing",
                "The row has no search term.",
                "Delete the row if it is a total.",
            );
            return run.set_aside(row, columns, &reject);
        };
        let record = Record::SearchTerm {
            term,
            searches: run.count(row, columns, M::Searches)?.unwrap_or(1),
            clicks: run.count(row, columns, M::Clicks)?,
            results: run.count(row, columns, M::Results)?,
        };
        run.take(1);
        run.record(record, row.line, 1)
    }

    fn finish(&mut self, _run: &mut FileRun<'_>) -> Result<(), Error> {
        Ok(())
    }
}
