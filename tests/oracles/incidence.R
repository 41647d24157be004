# Reference values of tests/analytics/safety/incidence: run from tests/oracles with
# `Rscript incidence.R`. R's own tests where it has the method; else the definition, written here
# as plainly as it goes: one row at a time, the most likely proportions by a search for where the
# likelihood is flat, the limits by a search for where the score is so many standard errors off.
# Values that others published are in published_*() below, with where they are printed.
options(digits = 17)
rows <- list()
emit <- function(table, ..., expected, tolerance = 1e-9 * pmax(1, abs(expected)), source) {
  tolerance[!is.finite(tolerance)] <- 0
  row <- data.frame(..., expected = sprintf("%.17g", expected), tolerance = tolerance,
                    source = source, stringsAsFactors = FALSE)
  row$expected[is.nan(expected)] <- ""
  rows[[table]] <<- rbind(rows[[table]], row)
}
base <- "R 4.2.2: "
loops <- "R 4.2.2, tests/oracles/incidence.R: "
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 2000)$root
z_of <- function(level) qnorm(0.5 + level / 2)

# --- One arm ------------------------------------------------------------------------------------
wilson <- function(x, n, level) { # |x/n - p| = z sqrt(p (1 - p) / n)
  z <- z_of(level)
  f <- function(p) (x / n - p)^2 * n - z^2 * p * (1 - p)
  c(if (x == 0) 0 else root(f, 0, x / n - 1e-12), if (x == n) 1 else root(f, x / n + 1e-12, 1))
}
one_arm <- list(c(15, 148), c(0, 20), c(20, 20), c(1, 29), c(81, 263), c(0, 1), c(1, 1),
                c(3, 1e6), c(999997, 1e6), c(500, 1000))
for (own in one_arm) for (level in c(0.95, 0.9, 0.99)) {
  x <- own[1]; n <- own[2]
  put <- function(method, limits, source) {
    for (i in 1:2) emit("incidence_one_arm", case = sprintf("%g-of-%g-%g", x, n, level),
                        method = method, with_event = x, size = n, confidence_level = level,
                        quantity = c("lower", "upper")[i], expected = limits[i], source = source)
  }
  exact <- as.numeric(binom.test(x, n, conf.level = level)$conf.int)
  put("clopper-pearson", exact, paste0(base, "binom.test(x, n)$conf.int"))
  put("wilson", wilson(x, n, level), paste0(loops, "wilson"))
}
for (own in list(c(137, 24.19893), c(0, 50), c(1, 0.25), c(4000, 123456))) {
  limits <- as.numeric(poisson.test(own[1], own[2])$conf.int)
  for (i in 1:2) emit("incidence_one_arm", case = sprintf("%g-in-%g-years", own[1], own[2]),
                      method = "garwood", with_event = own[1], size = own[2],
                      confidence_level = 0.95, quantity = c("lower", "upper")[i],
                      expected = limits[i], source = paste0(base, "poisson.test(x, T)$conf.int"))
}

# --- Two arms -----------------------------------------------------------------------------------
flat <- function(slope, low, high) { # where a falling slope is 0, or the end it points to
  inside <- 1e-15 * (high - low)
  if (slope(low + inside) <= 0) return(low)
  if (slope(high - inside) >= 0) return(high)
  root(slope, low + inside, high - inside)
}
term <- function(x, p) if (x == 0) 0 else x / p
restricted_difference <- function(x1, n1, x2, n2, d) {
  slope <- function(p) term(x1, p + d) - term(n1 - x1, 1 - p - d) + term(x2, p) - term(n2 - x2, 1 - p)
  p2 <- flat(slope, max(0, -d), min(1, 1 - d))
  c(p2 + d, p2)
}
restricted_ratio <- function(x1, n1, x2, n2, r) {
  slope <- function(p) term(x1, p) - r * term(n1 - x1, 1 - r * p) + term(x2, p) - term(n2 - x2, 1 - p)
  p2 <- flat(slope, 0, min(1, 1 / r))
  c(r * p2, p2)
}
restricted_odds <- function(x1, n1, x2, n2, o) { # the events add up
  odds <- function(p) p * o / (1 - p + p * o)
  p2 <- flat(function(p) x1 + x2 - n1 * odds(p) - n2 * p, 0, 1)
  c(odds(p2), p2)
}
z_difference <- function(x1, n1, x2, n2, d, factor) {
  p <- restricted_difference(x1, n1, x2, n2, d)
  (x1 / n1 - x2 / n2 - d) / sqrt((p[1] * (1 - p[1]) / n1 + p[2] * (1 - p[2]) / n2) * factor)
}
z_ratio <- function(x1, n1, x2, n2, r, factor) {
  p <- restricted_ratio(x1, n1, x2, n2, r)
  (x1 / n1 - r * x2 / n2) / sqrt((p[1] * (1 - p[1]) / n1 + r^2 * p[2] * (1 - p[2]) / n2) * factor)
}
z_koopman <- function(x1, n1, x2, n2, r, factor) { # Pearson's chi-squared of both arms
  p <- restricted_ratio(x1, n1, x2, n2, r)
  off <- function(x, n, p) if (x == n * p) 0 else (x - n * p)^2 / (n * p * (1 - p))
  sign(x1 / n1 - r * x2 / n2) * sqrt(off(x1, n1, p[1]) + off(x2, n2, p[2]))
}
z_odds <- function(x1, n1, x2, n2, o, factor) {
  p <- restricted_odds(x1, n1, x2, n2, o)
  q <- p * (1 - p)
  (x1 - n1 * p[1]) * sqrt((1 / (n1 * q[1]) + 1 / (n2 * q[2])) / factor)
}
limits_by <- function(z, cells, level, low, middle, high, factor, back = identity) {
  at <- function(value) do.call(z, c(as.list(cells), back(value), factor))
  far <- z_of(level)
  near <- 1e-9 * max(1, abs(middle))
  side <- function(f, from, to) back(root(f, from, to))
  c(if (middle <= low) back(low) else side(function(v) at(v) - far, low + 1e-12, middle - near),
    if (middle >= high) back(high) else side(function(v) at(v) + far, middle + near, high - 1e-12))
}
noncentral <- function(cells, t) {
  m <- cells[1] + cells[3]
  k <- max(0, m - cells[4]):min(cells[2], m)
  log <- lchoose(cells[2], k) + lchoose(cells[4], m - k) + k * t
  p <- exp(log - max(log))
  list(k = k, p = p / sum(p))
}
exact_odds <- function(cells, level) {
  tail <- (1 - level) / 2
  x <- cells[1]
  ends <- range(noncentral(cells, 0)$k)
  if (ends[1] == ends[2]) return(rep(NaN, 3))
  at <- function(f) exp(root(function(t) with(noncentral(cells, t), f(k, p)), -30, 30))
  c(if (x == ends[1]) 0 else if (x == ends[2]) Inf else at(function(k, p) sum(k * p) - x),
    if (x == ends[1]) 0 else at(function(k, p) log(sum(p[k >= x]) / tail)),
    if (x == ends[2]) Inf else at(function(k, p) log(sum(p[k <= x]) / tail)))
}
put <- function(case, measure, interval, cells, level, values, source, tolerance = NULL) {
  for (quantity in names(values)) {
    expected <- values[[quantity]]
    own <- if (is.null(tolerance)) 1e-9 * max(1, abs(expected)) else tolerance
    emit("incidence_contrasts", case = paste(measure, interval, case), measure = measure,
         interval = interval, with_event = cells[1], size = cells[2],
         reference_with_event = cells[3], reference_size = cells[4], confidence_level = level,
         quantity = quantity, expected = expected, tolerance = own, source = source)
  }
}
pairs <- list(c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20),
              c(0, 10, 0, 10), c(10, 10, 0, 20), c(10, 10, 0, 10), c(13, 148, 3, 132),
              c(0, 148, 2, 132), c(10, 10, 10, 10), c(7, 7, 12, 12), c(0, 10, 10, 10),
              c(1, 1, 0, 1), c(1, 1, 1, 1), c(0, 1, 0, 1), c(24, 73, 53, 65), c(29, 55, 11, 11),
              c(7, 18, 1, 18), c(1, 2000, 0, 40), c(3, 100000, 1, 100000), c(150, 3000, 90, 1000))
for (cells in pairs) for (level in c(0.95, 0.9)) {
  x1 <- cells[1]; n1 <- cells[2]; x2 <- cells[3]; n2 <- cells[4]
  N <- n1 + n2; m <- x1 + x2; factor <- N / (N - 1)
  case <- sprintf("%g/%g-%g/%g-%g", x1, n1, x2, n2, level)
  pearson <- if (m %in% c(0, N)) 0 else
    sum((c(x1, n1 - x1, x2, n2 - x2) - c(n1 * m, n1 * (N - m), n2 * m, n2 * (N - m)) / N)^2 /
        (c(n1 * m, n1 * (N - m), n2 * m, n2 * (N - m)) / N))
  p <- list(score = pchisq(pearson / factor, 1, lower.tail = FALSE),
            pearson = pchisq(pearson, 1, lower.tail = FALSE),
            fisher = fisher.test(matrix(c(x1, n1 - x1, x2, n2 - x2), 2), conf.int = FALSE)$p.value)
  named <- function(estimate, limits, p) {
    list(estimate = estimate, lower = limits[1], upper = limits[2], p_value = p)
  }
  d <- x1 / n1 - x2 / n2
  put(case, "risk difference", "miettinen-nurminen", cells, level,
      named(d, limits_by(z_difference, cells, level, -1, d, 1, factor), p$score),
      paste0(loops, "z_difference"))
  put(case, "risk difference", "mee", cells, level,
      named(d, limits_by(z_difference, cells, level, -1, d, 1, 1), p$pearson),
      paste0(loops, "z_difference without N / (N - 1)"))
  w1 <- wilson(x1, n1, level); w2 <- wilson(x2, n2, level)
  hybrid <- d + c(-1, 1) * sqrt(c((x1 / n1 - w1[1])^2 + (w2[2] - x2 / n2)^2,
                                  (w1[2] - x1 / n1)^2 + (x2 / n2 - w2[1])^2))
  put(case, "risk difference", "newcombe", cells, level, named(d, hybrid, p$pearson),
      paste0(loops, "hybrid"))
  ratio <- function(one, other) if (one == 0 && other == 0) NaN else one / other
  on_log <- function(z, estimate, factor) {
    if (is.nan(estimate)) return(c(NaN, NaN))
    middle <- max(-15, min(15, log(estimate)))
    found <- limits_by(z, cells, level, -15, middle, 15, factor, exp)
    c(if (estimate == 0) 0 else found[1], if (estimate == Inf) Inf else found[2])
  }
  r <- ratio(x1 * n2, x2 * n1)
  put(case, "risk ratio", "miettinen-nurminen", cells, level,
      named(r, on_log(z_ratio, r, factor), p$score), paste0(loops, "z_ratio"))
  put(case, "risk ratio", "koopman", cells, level,
      named(r, on_log(z_koopman, r, 1), p$pearson), paste0(loops, "z_koopman"))
  o <- ratio(x1 * (n2 - x2), x2 * (n1 - x1))
  put(case, "odds ratio", "miettinen-nurminen", cells, level,
      named(o, on_log(z_odds, o, factor), p$score), paste0(loops, "z_odds"))
  put(case, "odds ratio", "cornfield", cells, level,
      named(o, on_log(z_odds, o, 1), p$pearson), paste0(loops, "z_odds without N / (N - 1)"))
  e <- exact_odds(cells, level)
  put(case, "odds ratio", "exact", cells, level,
      list(estimate = e[1], lower = e[2], upper = e[3]), paste0(loops, "exact_odds"))
  put(case, "odds ratio", "exact", cells, level, list(p_value = p$fisher),
      paste0(base, "fisher.test(x)$p.value"))
}

# --- Two rates ----------------------------------------------------------------------------------
for (cells in list(c(11, 800, 21, 3011), c(60, 51477.5, 30, 54308.8), c(0, 10, 4, 12.5),
                   c(4, 12.5, 0, 10), c(1, 0.3, 1, 7), c(300, 1000, 280, 1100), c(0, 5, 0, 6),
                   c(5, 10, 5, 10))) for (level in c(0.95, 0.9)) {
  case <- sprintf("%g/%g-%g/%g-%g", cells[1], cells[2], cells[3], cells[4], level)
  d1 <- cells[1]; t1 <- cells[2]; d2 <- cells[3]; t2 <- cells[4]
  none <- d1 + d2 == 0
  if (!none) test <- poisson.test(c(d1, d2), c(t1, t2), conf.level = level)
  exact <- if (none) c(NaN, NaN) else as.numeric(test$conf.int)
  estimate <- if (none) NaN else (d1 / t1) / (d2 / t2)
  put(case, "rate ratio", "exact", cells, level,
      list(estimate = estimate, lower = exact[1], upper = exact[2],
           p_value = if (none) 1 else test$p.value),
      if (none) "no events: nothing to compare" else paste0(base, "poisson.test(x, T)"))
  z <- function(r) { # the rate of the reference, given their ratio, is d / (r t1 + t2)
    own <- (d1 + d2) / (r * t1 + t2)
    (d1 / t1 - r * d2 / t2) / sqrt(r * own / t1 + r^2 * own / t2)
  }
  far <- z_of(level)
  on_log <- function(f, from, to) exp(root(function(v) f(exp(v)), from, to))
  middle <- if (none) 0 else max(-30, min(30, log(estimate)))
  score <- if (none) c(NaN, NaN) else
    c(if (d1 == 0) 0 else on_log(function(r) z(r) - far, -15, middle),
      if (d2 == 0) Inf else on_log(function(r) z(r) + far, middle, 15))
  put(case, "rate ratio", "score", cells, level,
      list(estimate = estimate, lower = score[1], upper = score[2],
           p_value = if (none) 1 else 2 * pnorm(-abs(z(1)))),
      if (none) "no events: nothing to compare" else paste0(loops, "z of two rates"))
}

# --- Strata -------------------------------------------------------------------------------------
weights_at <- function(s, d, iterative) {
  p <- mapply(restricted_difference, s$x1, s$n1, s$x2, s$n2, d)
  w <- s$n1 * s$n2 / (s$n1 + s$n2)
  if (iterative) for (round in 1:200) {
    a <- sum(w * p[1, ]) / sum(w); b <- sum(w * p[2, ]) / sum(w)
    if (a * (1 - a) + b * (1 - b) <= 0) break
    w <- 1 / (a * (1 - a) / s$n1 + b * (1 - b) / s$n2)
  }
  list(w = w / sum(w), p = p)
}
score_at <- function(s, d, iterative) {
  now <- weights_at(s, d, iterative)
  N <- s$n1 + s$n2
  v <- (now$p[1, ] * (1 - now$p[1, ]) / s$n1 + now$p[2, ] * (1 - now$p[2, ]) / s$n2) * N / (N - 1)
  c(sum(now$w * (s$x1 / s$n1 - s$x2 / s$n2 - d)), sum(now$w^2 * v))
}
put_strata <- function(case, weights, s, level, values, source, tolerance = 1e-9) {
  joined <- lapply(s, paste, collapse = "|")
  for (quantity in names(values)) {
    emit("incidence_stratified", case = paste(case, weights), weights = weights,
         with_event = joined$x1, subjects = joined$n1, reference_with_event = joined$x2,
         reference_subjects = joined$n2, confidence_level = level, quantity = quantity,
         expected = values[[quantity]], tolerance = tolerance, source = source)
  }
}
strata <- function(x1, n1, x2, n2) list(x1 = x1, n1 = n1, x2 = x2, n2 = n2)
three <- strata(c(21, 11, 8), c(464, 165, 69), c(26, 25, 11), c(453, 174, 70))
cisapride <- strata(c(15, 12, 29, 42, 14, 44, 14, 29, 10, 17, 38, 19, 21),
                    c(16, 16, 34, 56, 22, 54, 17, 58, 14, 26, 44, 29, 38),
                    c(9, 1, 18, 31, 6, 17, 7, 23, 3, 6, 12, 22, 19),
                    c(16, 16, 34, 56, 22, 55, 15, 58, 15, 27, 45, 30, 38))
four <- local({ # the example of metalite.ae's rate_compare, counted
  arm <- rep(0:1, each = 100)
  event <- c(rep(0, 80), rep(1, 20), rep(0, 40), rep(1, 60))
  stratum <- c(rep(1:4, 12), 1, 3, 3, 1, rep(1:4, 12), rep(1:4, 25))
  count <- function(a, e) as.numeric(table(factor(stratum[arm == a & event %in% e], 1:4)))
  strata(count(1, 1), count(1, 0:1), count(0, 1), count(0, 0:1))
})
examples <- list(three = three, cisapride = cisapride, four = four,
                 unequal = strata(c(30, 12), c(300, 60), c(2, 10), c(30, 50)),
                 none = strata(c(0, 0), c(10, 20), c(0, 0), c(12, 9)),
                 all = strata(c(5, 7), c(5, 7), c(4, 9), c(4, 9)),
                 apart = strata(c(5, 7), c(5, 7), c(0, 0), c(4, 9)),
                 sparse = strata(c(1, 0, 0), c(9, 7, 11), c(0, 0, 0), c(10, 8, 10)),
                 doc = strata(c(6, 7), c(30, 20), c(3, 5), c(30, 20)))
for (name in names(examples)) for (weights in c("mantel-haenszel", "miettinen-nurminen")) {
  s <- examples[[name]]
  iterative <- weights == "miettinen-nurminen"
  w <- s$n1 * s$n2 / (s$n1 + s$n2)
  middle <- sum(w * (s$x1 / s$n1 - s$x2 / s$n2)) / sum(w)
  score <- function(d) score_at(s, d, iterative)
  if (iterative && abs(middle) < 1) middle <- root(function(d) score(d)[1], -1 + 1e-9, 1 - 1e-9)
  far <- z_of(0.95)
  over <- function(d) with(list(a = score(d)), a[1] - far * sqrt(a[2]))
  under <- function(d) with(list(a = score(d)), a[1] + far * sqrt(a[2]))
  tables <- array(rbind(s$x1, s$n1 - s$x1, s$x2, s$n2 - s$x2), c(2, 2, length(s$x1)))
  nothing <- sum(s$x1 + s$x2) %in% c(0, sum(s$n1 + s$n2))
  p <- if (nothing) 1 else mantelhaen.test(tables, correct = FALSE)$p.value
  put_strata(name, weights, s, 0.95,
             list(estimate = middle, lower = if (middle <= -1) -1 else root(over, -1 + 1e-12, middle - 1e-9),
                  upper = if (middle >= 1) 1 else root(under, middle + 1e-9, 1 - 1e-12)),
             paste0(loops, "score_at"))
  put_strata(name, weights, s, 0.95, list(p_value = p),
             paste0(base, "mantelhaen.test(x, correct = FALSE)$p.value"))
}

# --- Published ----------------------------------------------------------------------------------
# 'shared' are the project's reference values; those of ratesci's tests are quoted there from the
# papers named; tools that made or checked them are named too.
newcombe98 <- "Newcombe (1998), Stat Med 17:873-890, Table II "
checked <- " (shared safety.json; also ratesci 1.0.0 scoreci(skew=FALSE))"
known <- function(id, measure, interval, cells, level, tolerance, source, ...) {
  put(id, measure, interval, cells, level, list(...), source, tolerance)
}
rd <- "risk difference"; mn <- "miettinen-nurminen"
known("rd-newcombe10-a", rd, "newcombe", c(56, 70, 48, 80), 0.95, 1e-4,
      paste0(newcombe98, "method 10 (shared safety.json; also ratesci moverci(type='wilson'))"),
      estimate = 0.2, lower = 0.0524, upper = 0.3339)
known("rd-mn-a", rd, mn, c(56, 70, 48, 80), 0.95, 1e-4,
      paste0(newcombe98, "method 6 (shared METHODS.md, section 1)"),
      lower = 0.0528, upper = 0.3382)
known("rd-mn-b", rd, mn, c(9, 10, 3, 10), 0.95, 1e-4, paste0(newcombe98, "method 6", checked),
      estimate = 0.6, lower = 0.17, upper = 0.8406)
known("rd-mn-d", rd, mn, c(5, 56, 0, 29), 0.95, 1e-4, paste0(newcombe98, "method 6", checked),
      estimate = 0.089286, lower = -0.0326, upper = 0.1933)
known("rd-mee-d", rd, "mee", c(5, 56, 0, 29), 0.95, 1e-4,
      paste0(newcombe98, "method 5 (shared safety.json; also ratesci scoreci(bcf=FALSE,skew=FALSE))"),
      estimate = 0.089286, lower = -0.0313, upper = 0.1926)
known("rd-mn-f", rd, mn, c(0, 10, 0, 10), 0.95, 1e-4, paste0(newcombe98, "method 6", checked),
      estimate = 0, lower = -0.2879, upper = 0.2879)
known("rd-mn-g", rd, mn, c(10, 10, 0, 20), 0.95, 1e-4, paste0(newcombe98, "method 6", checked),
      estimate = 1, lower = 0.7156, upper = 1)
mmrv <- "shared safety.json, counts of Mehrotra and Heyse (2004), Stat Methods Med Res 13:227-238: "
known("mmrv-rash-rd", rd, mn, c(13, 148, 3, 132), 0.95, 2e-6, paste0(mmrv, "ratesci 1.0.0 scoreci"),
      estimate = 0.065111, lower = 0.012177, upper = 0.124977)
known("mmrv-rash-rd", rd, "newcombe", c(13, 148, 3, 132), 0.95, 2e-6,
      paste0(mmrv, "ratesci 1.0.0 moverci"), lower = 0.009961, upper = 0.123697)
known("rd-mn-zero-treated", rd, mn, c(0, 148, 2, 132), 0.95, 2e-6,
      "shared safety.json: ratesci 1.0.0 scoreci(skew=FALSE)", lower = -0.053664, upper = 0.01044)
fisher <- paste0(mmrv, "R 4.2.2 fisher.test, scipy 1.17")
known("mmrv-irritability-fisher", "odds ratio", "exact", c(75, 148, 43, 132), 0.95, 1e-8, fisher,
      p_value = 0.00246819)
known("mmrv-rash-fisher", "odds ratio", "exact", c(13, 148, 3, 132), 0.95, 1e-8, fisher,
      p_value = 0.020893304)
known("mmrv-diarrhea-fisher", "odds ratio", "exact", c(24, 148, 10, 132), 0.95, 1e-8, fisher,
      p_value = 0.028939397)
known("poisson-rr-exact-1", "rate ratio", "exact", c(11, 800, 21, 3011), 0.95, 1e-6,
      "manual of R's poisson.test, example eba1977 (shared safety.json)",
      estimate = 1.9714881, lower = 0.8584264, upper = 4.2772659, p_value = 0.0796686)
stampfer <- "data of Stampfer et al. (1985) as in Li, Tang and Wong (2013) (shared safety.json): "
known("poisson-rr-exact-2", "rate ratio", "exact", c(60, 51477.5, 30, 54308.8), 0.95, 2e-6,
      paste0(stampfer, "R 4.2.2 poisson.test"),
      estimate = 2.1100015, lower = 1.3397382, upper = 3.3883718, p_value = 0.000675177)
known("poisson-rr-exact-2", "rate ratio", "score", c(60, 51477.5, 30, 54308.8), 0.95, 2e-6,
      paste0(stampfer, "ratesci distrib='poi',skew=FALSE; statsmodels confint_poisson_2indep"),
      lower = 1.3659649, upper = 3.2593122)
quoted <- " as quoted in ratesci, tests/testthat/test3.R"
known("gart-nam-rd", rd, "mee", c(7, 25, 2, 25), 0.95, 6e-4,
      paste0("Gart and Nam (1990), Biometrics 46:637-643,", quoted), lower = -0.014, upper = 0.412)
known("newcombe10-d", rd, "newcombe", c(5, 56, 0, 29), 0.95, 6e-5,
      paste0(newcombe98, "method 10,", quoted), lower = -0.0381, upper = 0.1926)
gart_nam <- paste0("Gart and Nam (1988), Biometrics 44:323-338,", quoted)
known("gart-nam-rr-1", "risk ratio", "koopman", c(8, 15, 4, 15), 0.95, 6e-4, gart_nam,
      lower = 0.815, upper = 5.336)
known("gart-nam-rr-2", "risk ratio", "koopman", c(6, 10, 6, 20), 0.95, 6e-4, gart_nam,
      lower = 0.844, upper = 4.594)
fagerland <- paste0("Fagerland and Newcombe (2013), Stat Med 32:2823-2836,", quoted)
known("fagerland-rr-1", "risk ratio", mn, c(24, 73, 53, 65), 0.95, 6e-4, fagerland,
      lower = 0.280, upper = 0.560)
known("fagerland-rr-2", "risk ratio", mn, c(29, 55, 11, 11), 0.95, 6e-4, fagerland,
      lower = 0.397, upper = 0.742)
known("fagerland-rr-3", "risk ratio", mn, c(7, 18, 1, 18), 0.95, 6e-4, fagerland,
      lower = 1.296, upper = 42.544)
known("fagerland-or-1", "odds ratio", mn, c(24, 73, 53, 65), 0.95, 6e-4, fagerland,
      lower = 0.050, upper = 0.245)
known("fagerland-or-2", "odds ratio", mn, c(29, 55, 11, 11), 0.95, 6e-4, fagerland,
      lower = 0, upper = 0.417)
known("fagerland-or-3", "odds ratio", mn, c(7, 18, 1, 18), 0.95, 6e-4, fagerland,
      lower = 1.416, upper = 76.428)
known("gart-thomas-or", "odds ratio", "cornfield", c(28, 51, 71, 230), 0.95, 6e-4,
      paste0("Gart and Thomas (1982), JRSS B 44:203-206,", quoted), lower = 1.476, upper = 5.035)
one <- function(id, method, cells, tolerance, source, lower, upper) {
  for (quantity in c("lower", "upper"))
    emit("incidence_one_arm", case = id, method = method, with_event = cells[1], size = cells[2],
         confidence_level = 0.95, quantity = quantity, expected = get(quantity),
         tolerance = tolerance, source = source)
}
newcombe_one <- "Newcombe (1998), Stat Med 17:857-872, Table I (shared safety.json; also R binom.test"
one("prop-15-148", "wilson", c(15, 148), 1e-6, paste0(newcombe_one, ", statsmodels)"),
    0.0623864, 0.1604872)
one("prop-15-148", "clopper-pearson", c(15, 148), 1e-6, paste0(newcombe_one, ", statsmodels)"),
    0.057844, 0.1616503)
one("prop-0-20", "clopper-pearson", c(0, 20), 6e-5,
    paste0("Newcombe (1998), Stat Med 17:857-872, Table I,", quoted), 0, 0.1684)
one("prop-1-29", "clopper-pearson", c(1, 29), 6e-5,
    paste0("Newcombe (1998), Stat Med 17:857-872, Table I,", quoted), 0.0009, 0.1776)
one("poisson-one-sample", "garwood", c(137, 24.19893), 1e-6,
    "manual of R's poisson.test, Welsh nickel workers (shared safety.json)", 4.7531248, 6.6927093)
put_strata("rd-mn-stratified-mh", "mantel-haenszel", three, 0.95,
           list(estimate = -0.0307916459, lower = -0.05895, upper = -0.0036689, p_value = 0.0263063),
           paste("data of Mehrotra and Railkar as in Tang (2020) (shared safety.json): ratesci",
                 "scoreci(stratified=TRUE,weighting='MH',skew=FALSE); R mantelhaen.test"), 2e-6)
put_strata("metalite", "mantel-haenszel", four, 0.95,
           list(estimate = 0.3998397, lower = 0.2684383, upper = 0.5172779),
           "metalite.ae, reference of rate_compare, example with weight = 'ss'", 2e-6)

for (table in names(rows)) {
  write.csv(rows[[table]], paste0(table, ".csv"), row.names = FALSE)
}
