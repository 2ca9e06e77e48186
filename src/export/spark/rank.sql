-- One row of a page for any number of visits at once (decide-1, one block, steps 2 to 6): what may show, what its sources
-- bring, how it scores, and the order. Pins, variety and cutting come after, outside (rank.py). The same text runs in
-- DuckDB, PostgreSQL and Spark; whole numbers only, and ids compare by their place in the catalog, so no engine's
-- collation, division or order of sums can change an answer.
with effect as (
    select a.q, t.i,
           max(case when a.action = 'hide' then 1 else 0 end) as hidden,
           count(distinct case when a.action = 'only_show' then a.rule end) as shown_by,
           sum(a.points) as points,
           max(a.uncapped) as uncapped
    from request_rule a
    join rule_product t on t.b = a.b and t.rule = a.rule and t.moment = a.moment
    group by a.q, t.i
),
past as (
    select h.q, n.i, sum(n.capped * h.weight) as strength
    from request_history h
    join neighbor n on n.b = h.b and n.strategy = h.strategy and n.source = h.i
    group by h.q, n.i
),
-- Everything that may stand on the page at all, with how relevant it is to the visit.
known as (
    select r.q, p.b, p.i, r.minimum,
           case when r.policy = 'in_stock' then p.in_stock when r.policy = 'sellable' then p.sellable else 1 end as stocked,
           case when r.only = 0 or coalesce(e.shown_by, 0) = r.only then 1 else 0 end as allowed,
           p.popularity, p.newness, p.trending, p.discount, p.restocked,
           r.w0, r.n0,
           r.w1 * coalesce(p.popularity, r.n1) + r.w2 * coalesce(p.newness, r.n2) + r.w3 * coalesce(p.margin, r.n3)
               + r.w4 * coalesce(p.stock, r.n4) as others,
           case when coalesce(e.uncapped, 0) = 1 then coalesce(e.points, 0)
                else greatest(-2000000, least(2000000, coalesce(e.points, 0))) end as points,
           s.r as of_segment, r.trust,
           least(10000, coalesce(cast((h.strength - mod(h.strength, 1000000)) / 1000000 as bigint), 0)) as of_history
    from request r
    join product p on p.b = r.b and p.base = 1
    left join effect e on e.q = r.q and e.i = p.i
    left join relevance s on s.b = r.b and s.segment = r.segment and s.i = p.i
    left join past h on h.q = r.q and h.i = p.i
    left join request_without x on x.q = r.q and x.i = p.i
    left join request_within w on w.q = r.q and w.i = p.i
    where coalesce(e.hidden, 0) = 0 and x.i is null and (r.filtered = 0 or w.i is not null)
),
tasted as (
    select k.*,
           case when trust = 0 then of_segment
                when of_segment is null and of_history = 0 then null
                else cast(((1000 - trust) * coalesce(of_segment, n0) + trust * of_history
                    - mod((1000 - trust) * coalesce(of_segment, n0) + trust * of_history, 1000)) / 1000 as bigint)
           end as taste
    from known k
),
offered as (
    select s.q, s.nth, s.half, s.endless, s.last, t.i,
           case s.kind when 'for_you' then t.taste
                       when 'trending' then t.trending
                       when 'best_sellers' then t.popularity
                       when 'new' then case when t.newness > 0 then t.newness end
                       when 'on_sale' then case when t.discount > 0 then t.discount end
                       when 'back_in_stock' then t.restocked
                       else coalesce(t.popularity, 0) end as worth,
           case when s.kind = 'trending' then t.trending else t.taste end as relevance
    from request_source s
    join tasted t on t.q = s.q and t.stocked = 1 and t.allowed = 1
    left join member m on s.kind = 'collection' and m.b = t.b and m.collection = s.argument and m.i = t.i
    where s.kind in ('for_you', 'trending', 'best_sellers', 'new', 'on_sale', 'back_in_stock', 'everything')
       or (s.kind = 'collection' and m.i is not null)
    union all
    select s.q, s.nth, s.half, s.endless, s.last, n.i, least(10000, sum(n.strength)), least(10000, sum(n.strength))
    from request_source s
    join request_seed d on d.q = s.q
    join neighbor n on n.b = d.b and n.strategy = s.argument and n.source = d.i
    join tasted t on t.q = s.q and t.i = n.i and t.stocked = 1 and t.allowed = 1
    where s.kind = 'list'
    group by s.q, s.nth, s.half, s.endless, s.last, n.i
    union all
    select s.q, s.nth, s.half, s.endless, s.last, c.i, -c.place, 10000 - 250 * least(c.place, 40)
    from request_source s
    join request_pick c on c.q = s.q and c.nth = s.nth
    join tasted t on t.q = s.q and t.i = c.i and t.stocked = 1 and t.allowed = 1
    where s.kind = 'picks'
),
-- A source after the first only fills what is missing to the minimum; the last resort only where nothing else came.
counted as (
    select o.*,
           case when row_number() over (partition by q, i order by nth, worth desc) = 1 then 1 else 0 end as is_new,
           max(1 - last) over (partition by q) as any_source
    from offered o
    where worth is not null
),
running as (
    select c.*,
           coalesce(sum(is_new) over (partition by q order by nth, worth desc, i
               rows between unbounded preceding and 1 preceding), 0) as before
    from counted c
    where last = 0 or any_source = 0
),
brought as (
    select u.q, u.i, max(coalesce(cast((u.relevance - mod(u.relevance, u.half)) / u.half as bigint), -1)) as relevance
    from running u
    join request r on r.q = u.q
    where u.endless = 1 or u.before < r.minimum
    group by u.q, u.i
)
select t.q, t.i, t.stocked,
       case when b.i is null then 0 else 1 end as brought,
       cast(t.w0 * case when b.i is null then coalesce(t.taste, t.n0)
                        when b.relevance < 0 then t.n0 else b.relevance end
            + t.others + t.points as bigint) as score
from tasted t
left join brought b on b.q = t.q and b.i = t.i
order by t.q, brought desc, score desc, t.i
