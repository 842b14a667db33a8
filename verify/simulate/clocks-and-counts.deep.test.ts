import { testShapes } from '../../testing/simulate/shapes.ts'

testShapes([
  ['the hour', 'shop_lag > 30 and on () hour() > 8', 'shop_lag > 30 and on () hour() > 9', 'shop_lag > 30 and on () hour() < 8'],
  [
    'office hours',
    'shop_orders == 0 and on () (hour() >= 9 < 17) and on () day_of_week() > 0 < 6',
    'shop_orders == 0 and on () (hour() >= 9 < 18) and on () day_of_week() > 0 < 6',
    'shop_orders == 0 and on () (hour() >= 9 < 17) and on () day_of_week() > 0 < 5',
    'shop_orders == 0 and on () (hour() >= 9 < 17)',
  ],
  [
    'not on the first of a month',
    'shop_lag > 30 unless on () day_of_month() == 1',
    'shop_lag > 30 unless on () day_of_month() == 2',
    'shop_lag > 30',
  ],
  [
    'the age of a sample',
    'time() - timestamp(shop_lag) > 150',
    'time() - timestamp(shop_lag) > 180',
    'time() - timestamp(shop_lag) > 120',
    'time() - shop_lag > 150',
  ],
  [
    'the age of a sample of long ago',
    'time() - max_over_time(timestamp(shop_lag)[30m:1m]) > 600',
    'time() - max_over_time(timestamp(shop_lag)[30m:1m]) > 660',
    'time() - max_over_time(timestamp(shop_lag)[1h:1m]) > 600',
  ],
  [
    'metrics by a pattern',
    '{__name__=~"shop_.*_errors_total"} > 5',
    '{__name__=~"shop_.*_errors_total"} > 6',
    '{__name__=~".*shop_.*_errors_total"} > 5',
    '{__name__=~"shop_.*_errors_total.*"} > 5',
  ],
  [
    'a share of rows',
    'count by (job) (shop_up == 0) / count by (job) (shop_up) > 0.5',
    'count by (job) (shop_up == 0) / count by (job) (shop_up) > 0.45',
    'count by (job) (shop_up == 0) / count by (job) (shop_up) > 0.55',
    'count by (job) (shop_up == 0) / count by (job) (shop_up) >= 0.5',
  ],
  ['many rows', 'count(shop_up == 0) > 5', 'count(shop_up == 0) > 6', 'count(shop_up == 0) > 4', 'count(shop_up == 0) >= 5'],
  ['the largest five', 'sum(topk(5, shop_lag)) > 30', 'sum(topk(4, shop_lag)) > 30', 'sum(bottomk(5, shop_lag)) > 30'],
  [
    'a window of hours beside one of minutes',
    'max_over_time(shop_lag[6h]) > 30 and rate(shop_total[5m]) > 1',
    'max_over_time(shop_lag[3h]) > 30 and rate(shop_total[5m]) > 1',
    'max_over_time(shop_lag[6h]) > 30 and rate(shop_total[10m]) > 1',
    'max_over_time(shop_lag[6h]) > 30 and increase(shop_total[5m]) > 1',
  ],
])
