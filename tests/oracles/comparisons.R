# Reference values of tests/analytics/survival: run from tests/oracles with `Rscript comparisons.R`.
# R's survival where it has the method; else the textbook formula, written here as plainly as it
# goes, on rows instead of counts, in loops instead of arrays.
suppressMessages(library(survival))
stopifnot(packageVersion("survival") == "3.5.3")
options(digits = 17)

rows <- list()
emit <- function(table, ..., expected, tolerance, source) {
  row <- data.frame(..., expected = sprintf("%.17g", expected), tolerance = tolerance,
                    source = source, stringsAsFactors = FALSE)
  row$expected[is.na(expected)] <- ""
  rows[[table]] <<- rbind(rows[[table]], row)
}
R <- "R 4.2.2, survival 3.5-3: "
loops <- "R 4.2.2, tests/oracles/comparisons.R: "

frame <- function(time, event, arm, levels, stratum = "") {
  data.frame(time = time, event = as.integer(event), arm = factor(arm, levels), stratum = stratum)
}
read <- function(name) read.csv(file.path("data", name), check.names = FALSE)
colon <- subset(read("colon.csv"), etype == 2)
two <- subset(colon, rx %in% c("Obs", "Lev+5FU"))
veteran <- read("veteran.csv"); lung <- read("lung.csv"); rotterdam <- read("rotterdam.csv")
ovarian <- read("ovarian.csv"); aml <- read("aml.csv"); ties <- read("heavy_ties.csv")
zero <- read("time_zero.csv"); gbsg <- read("gbsg.csv")
cells <- c("squamous", "smallcell", "adeno", "large")
data <- list(
  aml = with(aml, frame(time, status, x, c("Nonmaintained", "Maintained"))),
  lung_by_sex = with(lung, frame(time, status == 2, sex, 1:2)),
  ovarian = with(ovarian, frame(futime, fustat, rx, 1:2)),
  veteran = with(veteran, frame(time, status, trt, 1:2)),
  veteran_by_cell = with(veteran, frame(time, status, celltype, cells)),
  veteran_stratified = with(veteran, frame(time, status, trt, 1:2, celltype)),
  rotterdam = with(rotterdam, frame(dtime, death, hormon, 0:1)),
  colon = with(colon, frame(time, status, rx, c("Obs", "Lev", "Lev+5FU"))),
  colon_two_arms = with(two, frame(time, status, rx, c("Obs", "Lev+5FU"))),
  colon_two_arms_by_extent = with(two, frame(time, status, rx, c("Obs", "Lev+5FU"), extent)),
  colon_stratified = with(colon, frame(time, status, rx, c("Obs", "Lev", "Lev+5FU"),
                                       paste(sex, extent))),
  time_zero = with(zero, frame(time, event, arm, 0:1)),
  heavy_ties = with(ties, frame(time, event, x, 0:1)),
  gbsg = with(gbsg, frame(rfstime, status, hormon, 0:1))
)

# --- Weighted log-rank tests ------------------------------------------------------------------
# Kalbfleisch and Prentice (2002), section 1.5; Klein and Moeschberger (2003), section 7.3.
weights <- list(
  `fleming-harrington` = function(rho, gamma) function(S, n, P) S^rho * (1 - S)^gamma,
  `gehan-breslow` = function(...) function(S, n, P) n,
  `tarone-ware` = function(...) function(S, n, P) sqrt(n),
  `peto-peto` = function(...) function(S, n, P) P,
  `modified-peto-peto` = function(...) function(S, n, P) P * n / (n + 1)
)
at_times <- function(d, w = rep(1, nrow(d))) { # one list per stratum and event time
  out <- list()
  for (s in unique(d$stratum)) {
    S <- P <- 1
    here <- d$stratum == s
    for (u in sort(unique(d$time[here & d$event == 1]))) {
      at <- here & d$time >= u
      dies <- here & d$time == u & d$event == 1
      n <- sum(w[at]); deaths <- sum(w[dies])
      nj <- sapply(levels(d$arm), function(a) sum(w[at & d$arm == a]))
      dj <- sapply(levels(d$arm), function(a) sum(w[dies & d$arm == a]))
      P <- P * (1 - deaths / (n + 1))
      f <- if (n > 1) deaths * (n - deaths) / (n - 1) else 0
      V <- f * (diag(nj / n, length(nj)) - outer(nj / n, nj / n))
      out[[length(out) + 1]] <- list(S = S, P = P, n = n, O = dj, E = deaths * nj / n, V = V)
      S <- S * (1 - deaths / n)
    }
  }
  out
}
wlr <- function(d, weight, w = rep(1, nrow(d))) {
  O <- E <- 0; V <- 0
  for (x in at_times(d, w)) {
    W <- weight(x$S, x$n, x$P)
    O <- O + W * x$O; E <- E + W * x$E; V <- V + W^2 * x$V
  }
  U <- (O - E)[-1]
  chisq <- drop(U %*% solve(V[-1, -1, drop = FALSE]) %*% U)
  list(observed = O, expected = E, var = V, statistic = chisq, degrees_of_freedom = length(U),
       p_value = pchisq(chisq, length(U), lower.tail = FALSE),
       z = if (length(U) == 1) U / sqrt(V[2, 2]) else NA)
}
emit_test <- function(case, name, kind, rho, gamma, fit, tolerance, source, weighted = "") {
  arms <- levels(data[[name]]$arm)
  put <- function(quantity, value, arm = "", other = "") {
    emit("logrank_weighted", case = case, data = name, case_weights = weighted, kind = kind,
         rho = rho, gamma = gamma, arm = arm, other_arm = other, quantity = quantity,
         expected = unname(value), tolerance = tolerance, source = source)
  }
  for (q in c("statistic", "degrees_of_freedom", "p_value")) put(q, fit[[q]])
  if (length(arms) == 2) put("z", fit$z)
  for (i in seq_along(arms)) {
    put("observed", fit$observed[i], arms[i]); put("expected", fit$expected[i], arms[i])
    for (j in seq_len(i)) put("variance", fit$var[i, j], arms[i], arms[j])
  }
}
members <- rbind(
  data.frame(kind = "fleming-harrington", rho = c(0, 0, 1, 1, .5, 0, 2), gamma = c(0, 1, 0, 1, .5, .5, 0)),
  data.frame(kind = names(weights)[-1], rho = 0, gamma = 0)
)
for (name in c("veteran", "veteran_by_cell", "veteran_stratified", "colon_two_arms_by_extent",
               "colon_stratified", "time_zero", "heavy_ties", "rotterdam")) {
  for (i in seq_len(nrow(members))) with(members[i, ], {
    fit <- wlr(data[[name]], weights[[kind]](rho, gamma))
    emit_test(sprintf("%s %s %g %g", name, kind, rho, gamma), name, kind, rho, gamma, fit, 1e-9,
              paste0(loops, "wlr, hypergeometric variance in loops"))
  })
}
emit_test("fh-1-0-colon2", "colon_two_arms", "fleming-harrington", 1, 0,
          wlr(data$colon_two_arms, weights[[1]](1, 0)), 1e-9, paste0(loops, "wlr"))
emit_test("fh-0-1-strat-colon2", "colon_two_arms_by_extent", "fleming-harrington", 0, 1,
          wlr(data$colon_two_arms_by_extent, weights[[1]](0, 1)), 1e-9, paste0(loops, "wlr"))
emit_test("peto-mod-veteran", "veteran", "peto-peto", 0, 0,
          wlr(data$veteran, weights[["peto-peto"]]()), 1e-9, paste0(loops, "wlr"))
for (name in c("veteran", "colon", "lung_by_sex", "heavy_ties")) for (rho in c(0.5, 1)) {
  f <- survdiff(Surv(time, event) ~ arm, data = data[[name]], rho = rho)
  k <- length(f$n)
  fit <- list(observed = f$obs, expected = f$exp, var = f$var, statistic = f$chisq,
              degrees_of_freedom = k - 1, p_value = pchisq(f$chisq, k - 1, lower.tail = FALSE),
              z = (f$obs - f$exp)[2] / sqrt(f$var[2, 2]))
  emit_test(if (name == "veteran" && rho == 0.5) "fh-rho0.5-veteran" else sprintf("%s survdiff %g", name, rho), name, "fleming-harrington", rho, 0, fit, 1e-9,
            sprintf("%ssurvdiff(Surv(time,event)~arm, data=%s, rho=%g)", R, name, rho))
}
w <- 1 + gbsg$age %% 3
for (i in seq_len(nrow(members))) with(members[i, ], {
  replicated <- data$gbsg[rep(seq_len(nrow(gbsg)), w), ]
  emit_test(sprintf("gbsg weighted %s %g %g", kind, rho, gamma), "gbsg", kind, rho, gamma,
            wlr(replicated, weights[[kind]](rho, gamma)), 1e-9,
            paste0(loops, "wlr of rows replicated 1 + age %% 3 times"), "1 + age % 3")
})

# --- Trend, pairs, Peto -----------------------------------------------------------------------
# Tarone (1975): the scores' product with O - E over the root of the scores' quadratic form in V.
for (case in list(list("veteran_by_cell", "", 1:4), list("veteran_by_cell", "1|2|4|8", c(1, 2, 4, 8)),
                  list("colon", "", 1:3), list("colon_stratified", "", 1:3),
                  list("colon", "0|1|1", c(0, 1, 1)))) {
  d <- data[[case[[1]]]]
  f <- survdiff(Surv(time, event) ~ arm + strata(stratum), data = d)
  if (length(unique(d$stratum)) == 1) f <- survdiff(Surv(time, event) ~ arm, data = d)
  O <- rowSums(as.matrix(f$obs)); E <- rowSums(as.matrix(f$exp)); s <- case[[3]]
  z <- sum(s * (O - E)) / sqrt(drop(s %*% f$var %*% s))
  for (q in c("z", "p_value")) {
    emit("logrank_trend", case = paste(case[[1]], case[[2]]), data = case[[1]], scores = case[[2]],
         quantity = q, expected = if (q == "z") z else 2 * pnorm(-abs(z)), tolerance = 1e-9,
         source = paste0(R, "f <- survdiff(...); sum(s*(O-E))/sqrt(s%*%f$var%*%s)"))
  }
}
for (name in c("veteran_by_cell", "colon", "colon_stratified")) {
  d <- data[[name]]; pairs <- combn(levels(d$arm), 2)
  p <- apply(pairs, 2, function(k) {
    x <- d[d$arm %in% k, ]; x$arm <- factor(x$arm, k)
    f <- if (length(unique(d$stratum)) > 1) survdiff(Surv(time, event) ~ arm + strata(stratum), data = x)
         else survdiff(Surv(time, event) ~ arm, data = x)
    pchisq(f$chisq, 1, lower.tail = FALSE)
  })
  for (how in c("none", "holm", "bonferroni", "BH")) {
    adjusted <- p.adjust(p, how)
    for (i in seq_along(p)) {
      emit("logrank_pairs", case = paste(if (name == "colon") "lr-pairwise-colon" else name, how), data = name,
           adjustment = if (how == "BH") "benjamini-hochberg" else how,
           arm = pairs[2, i], reference = pairs[1, i], expected = adjusted[i], tolerance = 1e-9,
           source = sprintf("%sp.adjust(p, '%s') of survdiff p-values", R, how))
    }
  }
}
for (name in c("colon_two_arms", "veteran", "veteran_stratified", "ovarian", "time_zero")) {
  d <- data[[name]]
  f <- wlr(d, function(S, n, P) 1)
  l <- unname((f$observed - f$expected)[2] / f$var[2, 2]); se <- 1 / sqrt(f$var[2, 2])
  for (level in c(0.95, 0.9)) {
    ci <- exp(l + c(-1, 1) * qnorm(0.5 + level / 2) * se)
    values <- c(log_hazard_ratio = l, hazard_ratio = exp(l), std_err = se, lower = ci[1], upper = ci[2])
    for (q in names(values)) {
      emit("peto_hazard_ratio", case = if (name == "colon_two_arms" && level == 0.95) "peto-hr-colon2" else paste(name, level), data = name, confidence_level = level,
           quantity = q, expected = values[[q]], tolerance = 1e-9,
           source = paste0(loops, "exp((O-E)/V), Yusuf et al. (1985)"))
    }
  }
}

# --- MaxCombo ---------------------------------------------------------------------------------
# FH(0,0) = FH(1,0) + FH(0,1), so the four usual statistics have three dimensions: integrate over
# z10 and z01 where they and z00 are within bounds, times the conditional probability of z11.
four <- list(c(0, 0), c(0, 1), c(1, 0), c(1, 1))
joint <- function(d, set) {
  W <- function(x) sapply(set, function(r) x$S^r[1] * (1 - x$S)^r[2])
  times <- at_times(d)
  U <- Reduce(`+`, lapply(times, function(x) W(x) * (x$O - x$E)[2]))
  V <- Reduce(`+`, lapply(times, function(x) outer(W(x), W(x)) * x$V[2, 2]))
  list(z = U / sqrt(diag(V)), cor = cov2cor(V), sd = sqrt(diag(V)))
}
int <- function(f, a, b, breaks = NULL) { # in pieces, because integrate() can miss a kink
  edges <- c(a, sort(breaks[is.finite(breaks) & breaks > a & breaks < b]), b)
  piece <- function(lo, hi) integrate(f, lo, hi, rel.tol = 1e-11, abs.tol = 1e-14, subdivisions = 2000)$value
  if (a < b) sum(mapply(piece, edges[-length(edges)], edges[-1])) else 0
}
within_four <- function(j, low, high) { # P(low < Z < high) for all four
  a <- j$sd[3] / j$sd[1]; b <- j$sd[2] / j$sd[1]
  r <- j$cor[3, 2]; s <- sqrt(1 - r^2)
  solved <- solve(j$cor[c(3, 2), c(3, 2)], j$cor[c(3, 2), 4])
  left <- sqrt(1 - sum(solved * j$cor[c(3, 2), 4]))
  inner <- function(x) {
    lo <- max(low, (low - a * x) / b); hi <- min(high, (high - a * x) / b)
    int(function(y) {
      mu <- solved[1] * x + solved[2] * y
      dnorm(y, r * x, s) * (pnorm((high - mu) / left) - pnorm((low - mu) / left))
    }, max(lo, -9), min(hi, 9), c((c(low, high) - solved[1] * x) / solved[2], r * x + c(-5, -2, 0, 2, 5) * s))
  }
  bends <- c(outer(c(low, high), c(low, high), function(z00, z01) (z00 - b * z01) / a), -6:6)
  int(function(x) dnorm(x) * sapply(x, inner), max(low, -9), min(high, 9), bends)
}
within_two <- function(j, low, high) {
  r <- j$cor[1, 2]; s <- sqrt(1 - r^2)
  int(function(x) dnorm(x) * (pnorm((high - r * x) / s) - pnorm((low - r * x) / s)), max(low, -9), min(high, 9),
      c(c(low, high) / r, -6:6))
}
for (name in c("colon_two_arms", "colon_two_arms_by_extent", "veteran", "veteran_stratified", "rotterdam",
               "ovarian", "time_zero", "heavy_ties", "lung_by_sex")) for (size in c(4, 2)) {
  set <- four[seq_len(size)]; j <- joint(data[[name]], set)
  inside <- if (size == 4) within_four else within_two
  for (alternative in c("two-sided", "fewer", "more")) {
    m <- switch(alternative, `two-sided` = max(abs(j$z)), fewer = -min(j$z), more = max(j$z))
    p <- 1 - inside(j, if (alternative == "two-sided") -m else -Inf, m)
    put <- function(q, x, weight = "", tolerance = 1e-9) {
      emit("maxcombo", case = paste(name, size, alternative), data = name,
           weights = paste(sapply(set, paste, collapse = ","), collapse = "|"),
           alternative = alternative, weight = weight, quantity = q, expected = x,
           tolerance = tolerance, source = paste0(loops, "joint, nested integrate() to 1e-11"))
    }
    put("statistic", if (alternative == "fewer") -m else m)
    put("p_value", p)
    if (alternative == "two-sided") for (i in seq_len(size)) {
      put("z", j$z[i], i)
      for (k in seq_len(i - 1)) put("correlation", j$cor[i, k], paste(i, k))
    }
  }
}

# --- Restricted means -------------------------------------------------------------------------
# Area under the curve and the variance of Royston and Parmar (2011), as in survRM2.
area <- function(time, event, tau) {
  S <- 1; last <- 0; mean <- 0; steps <- NULL
  for (u in sort(unique(time[event == 1 & time < tau]))) {
    n <- sum(time >= u); d <- sum(time == u & event == 1)
    mean <- mean + S * (u - last); last <- u; S <- S * (1 - d / n)
    steps <- rbind(steps, c(mean, d, n))
  }
  mean <- mean + S * (tau - last)
  keep <- steps[, 2] < steps[, 3]
  v <- sum(((mean - steps[, 1])^2 * steps[, 2] / (steps[, 3] * (steps[, 3] - steps[, 2])))[keep])
  c(mean, sqrt(v))
}
rmst <- function(case, name, tau, level = 0.95, given = tau) {
  d <- data[[name]]; q <- qnorm(0.5 + level / 2); arms <- levels(d$arm)
  m <- sapply(arms, function(a) area(d$time[d$arm == a], d$event[d$arm == a], tau))
  put <- function(arm, quantity, x, source = paste0(loops, "area"), tolerance = 1e-9) {
    emit("rmst", case = case, data = name, horizon = given, confidence_level = level, arm = arm,
         quantity = quantity, expected = unname(x), tolerance = tolerance, source = source)
  }
  put("", "horizon", tau)
  for (i in seq_along(arms)) {
    put(arms[i], "rmst", m[1, i]); put(arms[i], "std_err", m[2, i])
    put(arms[i], "lower", m[1, i] - q * m[2, i]); put(arms[i], "upper", m[1, i] + q * m[2, i])
    put(arms[i], "rmtl", tau - m[1, i])
  }
  f <- summary(survfit(Surv(time, event) ~ arm, data = d), rmean = tau)$table
  for (i in seq_along(arms)) {
    put(arms[i], "rmst", f[i, "rmean"], paste0(R, "summary(survfit(...), rmean)$table"))
    put(arms[i], "std_err", f[i, "se(rmean)"], paste0(R, "summary(survfit(...), rmean)$table"))
  }
  for (i in seq_along(arms)[-1]) {
    x <- m[1, c(i, 1)]; e <- m[2, c(i, 1)]
    contrast <- function(measure, est, se, back = identity) {
      ci <- back(est + c(-1, 1) * q * se)
      put(arms[i], paste(measure, "estimate"), back(est)); put(arms[i], paste(measure, "lower"), ci[1])
      put(arms[i], paste(measure, "upper"), ci[2])
      put(arms[i], paste(measure, "p_value"), 2 * pnorm(-abs(est / se)))
    }
    contrast("RMST difference", x[1] - x[2], sqrt(sum(e^2)))
    contrast("RMST ratio", log(x[1] / x[2]), sqrt(sum((e / x)^2)), exp)
    contrast("RMTL ratio", log((tau - x[1]) / (tau - x[2])), sqrt(sum((e / (tau - x))^2)), exp)
  }
}
rmst("rmst-veteran-180", "veteran", 180); rmst("rmst-colon_2arm-1825", "colon_two_arms", 1825)
rmst("veteran 90", "veteran", 90); rmst("veteran 180", "veteran", 180, 0.9)
rmst("veteran end of reach", "veteran", 553, given = ""); rmst("km-rmean-lung", "lung_by_sex", 365)
rmst("rotterdam 3650", "rotterdam", 3650); rmst("cells 100", "veteran_by_cell", 100)
rmst("colon 1825", "colon", 1825); rmst("heavy ties 4", "heavy_ties", 4)
rmst("ties between times", "heavy_ties", 3.5); rmst("time zero", "time_zero", 4.5)
rmst("aml", "aml", 45, given = "")

# --- Milestones and differences of curves -----------------------------------------------------
# Klein et al. (2007), section 2, on S(t) and Greenwood's variance of survfit.
milestone <- function(case, name, t, level = 0.95) {
  d <- data[[name]]
  s <- summary(survfit(Surv(time, event) ~ arm, data = d), times = t, extend = TRUE)
  S <- s$surv; v <- (s$std.err / S)^2; arms <- levels(d$arm)
  source <- paste0(R, "summary(survfit(...), times=t); Klein et al. (2007), section 2")
  for (i in seq_along(arms)[-1]) {
    k <- c(1, i)
    put <- function(quantity, x) {
      emit("milestones", case = case, data = name, time = t, confidence_level = level, arm = arms[i],
           quantity = quantity, expected = x, tolerance = 1e-9, source = source)
    }
    diff <- S[i] - S[1]; se <- sqrt(sum(S[k]^2 * v[k]))
    put("difference", diff); put("std_err", se)
    put("lower", diff - qnorm(0.5 + level / 2) * se); put("upper", diff + qnorm(0.5 + level / 2) * se)
    put("p_value", 2 * pnorm(-abs(diff / se)))
    chi <- function(g, var) diff(g[k])^2 / sum(var[k])
    stats <- c(plain = chi(S, S^2 * v), log = chi(log(S), v),
               `log-log` = chi(log(-log(S)), v / log(S)^2),
               arcsin = chi(asin(sqrt(S)), S * v / (4 * (1 - S))),
               logit = chi(log(S / (1 - S)), v / (1 - S)^2))
    for (x in names(stats)) {
      put(paste(x, "statistic"), stats[[x]]); put(paste(x, "p_value"), pchisq(stats[[x]], 1, lower.tail = FALSE))
    }
  }
}
milestone("milestone-veteran-180", "veteran", 180)
milestone("milestone-colon_2arm-1825", "colon_two_arms", 1825)
milestone("milestone-colon_2arm-2190", "colon_two_arms", 2190)
milestone("veteran at 100", "veteran", 100); milestone("veteran at 150.5", "veteran", 150.5, 0.9)
milestone("cells at 80", "veteran_by_cell", 80); milestone("rotterdam at 1826", "rotterdam", 1826)
milestone("aml at 30", "aml", 30); milestone("ties at 2", "heavy_ties", 2)
milestone("time zero at 2.5", "time_zero", 2.5); milestone("colon at 2190", "colon", 2190)

# --- Nelson-Aalen -----------------------------------------------------------------------------
nelson <- function(case, name, times = NULL) {
  d <- data[[name]]
  for (a in levels(d$arm)) {
    f <- survfit(Surv(time, event) ~ 1, data = d[d$arm == a, ])
    i <- if (is.null(times)) seq_along(f$time) else findInterval(times, f$time)
    at <- if (is.null(times)) f$time else times
    for (k in seq_along(i)) if (i[k] > 0) for (q in c("cumulative_hazard", "std_err")) {
      emit("nelson_aalen", case = case, data = name, interval = "log", confidence_level = 0.95,
           arm = a, quantity = q, at = at[k],
           expected = if (q == "std_err") f$std.chaz[i[k]] else f$cumhaz[i[k]], tolerance = 1e-12,
           source = paste0(R, "f <- survfit(Surv(time,event)~1, data=arm); f$cumhaz, f$std.chaz"))
    }
  }
}
nelson("aml", "aml"); nelson("heavy ties", "heavy_ties"); nelson("time zero", "time_zero")
nelson("veteran", "veteran"); nelson("rotterdam", "rotterdam", c(365, 1000.5, 3650))
for (interval in c("log", "plain")) for (level in c(0.95, 0.8)) { # Klein and Moeschberger, section 4.3
  f <- survfit(Surv(time, event) ~ 1, data = subset(data$aml, arm == "Maintained"))
  for (k in which(f$cumhaz > 0)) {
    H <- f$cumhaz[k]; e <- qnorm(0.5 + level / 2) * f$std.chaz[k]
    ci <- if (interval == "log") H * exp(c(-1, 1) * e / H) else pmax(H + c(-1, 1) * e, 0)
    for (q in 1:2) emit("nelson_aalen", case = paste("aml", interval, level), data = "aml",
      interval = interval, confidence_level = level, arm = "Maintained",
      quantity = c("lower", "upper")[q], at = f$time[k], expected = ci[q], tolerance = 1e-12,
      source = paste0(R, "f$cumhaz and f$std.chaz on the ", interval, " scale"))
  }
}

# --- Left truncation --------------------------------------------------------------------------
truncated <- function(case, file, entry, exit, event, conf, times = NULL) {
  f <- survfit(Surv(entry, exit, event) ~ 1, conf.type = conf)
  i <- if (is.null(times)) seq_along(f$time) else match(times, f$time)
  values <- list(at_risk = f$n.risk, events = f$n.event, censored = f$n.censor, survival = f$surv,
                 std_err = f$std.err * f$surv, lower = f$lower, upper = f$upper)
  values$std_err[f$surv == 0] <- NA
  for (q in names(values)) for (k in i) {
    emit("left_truncated", case = case, file = file, interval = conf, at = f$time[k], quantity = q,
         expected = values[[q]][k], tolerance = 1e-10,
         source = sprintf("%ssurvfit(Surv(entry,exit,event)~1, conf.type='%s')", R, conf))
  }
}
late_entry <- c(risk_empties = "km-lt-riskempties", entry_ties = "km-lt-entryties")
for (name in names(late_entry)) for (conf in c("log-log", "log", "plain")) {
  case <- if (conf == "log-log") late_entry[[name]] else paste(name, conf)
  with(read(paste0(name, ".csv")), truncated(case, paste0(name, ".csv"), entry, exit, event, conf))
}
f <- with(rotterdam, survfit(Surv(age * 365, age * 365 + dtime, death) ~ 1))
late <- f$time[seq(200, length(f$time), by = 200)]
with(rotterdam, truncated("rotterdam by age", "rotterdam.csv", age * 365, age * 365 + dtime, death, "log-log", late))

# --- Weights that are no counts ---------------------------------------------------------------
weighted <- function(case, name, d, w, weight, conf, times = NULL) {
  for (a in levels(d$arm)) {
    own <- d$arm == a
    f <- survfit(Surv(time, event) ~ 1, data = d[own, ], weights = w[own], conf.type = conf, robust = TRUE)
    i <- if (is.null(times)) seq_along(f$time) else findInterval(times, f$time)
    values <- list(survival = f$surv, std_err = f$std.err, lower = f$lower, upper = f$upper)
    values$std_err[f$surv == 0] <- NA # survfit says 0
    for (q in names(values)) for (k in seq_along(i)) {
      emit("weighted_kaplan_meier", case = case, data = name, weight = weight, interval = conf, arm = a,
           quantity = q, at = if (is.null(times)) f$time[i[k]] else times[k],
           expected = values[[q]][i[k]], tolerance = 1e-10,
           source = sprintf("%ssurvfit(Surv(time,event)~1, weights=w, conf.type='%s', robust=TRUE)", R, conf))
    }
  }
}
for (conf in c("log-log", "log", "plain")) {
  weighted(if (conf == "log-log") "km-weights-robust" else paste("gbsg", conf), "gbsg", data$gbsg, 0.5 + (gbsg$size %% 10) / 10, "0.5 + (size % 10) / 10",
           conf, 365 * 1:6)
}
weighted("heavy ties", "heavy_ties", data$heavy_ties, 0.5 + (seq_len(nrow(ties)) - 1) %% 7 / 4,
         "0.5 + index % 7 / 4", "log-log")

# --- Interval censoring -----------------------------------------------------------------------
# EM on all points and gaps between ends, without the reduction to maximal intersections.
npmle <- function(left, right) {
  e <- sort(unique(c(0, left, right[is.finite(right)])))
  lo <- c(e, e); hi <- c(e, e[-1], Inf) # points, then gaps
  A <- outer(seq_along(left), seq_along(lo), function(i, j)
    (lo[j] == hi[j] & ((left[i] == right[i] & lo[j] == left[i]) |
                       (left[i] < right[i] & lo[j] > left[i] & lo[j] <= right[i]))) |
    (lo[j] < hi[j] & left[i] < right[i] & lo[j] >= left[i] & hi[j] <= right[i]))
  p <- rep(1 / ncol(A), ncol(A))
  for (step in 1:200000) p <- p * colMeans(A / drop(A %*% p))
  function(t) sum(p[lo > t | (lo >= t & hi > lo)])
}
interval <- function(case, file, arm, left, right, times, exact) {
  S <- npmle(left, right)
  f <- survfit(Surv(ifelse(left == 0 & right > 0, NA, left), ifelse(is.finite(right), right, NA), type = "interval2") ~ 1)
  for (t in times) {
    emit("turnbull", case = case, file = file, arm = arm, at = t, expected = S(t), tolerance = exact,
         source = paste0(loops, "npmle, 200000 steps of EM on the elementary partition"))
    emit("turnbull", case = case, file = file, arm = arm, at = t,
         expected = summary(f, times = t, extend = TRUE)$surv, tolerance = 2e-3,
         source = paste0(R, "survfit(Surv(left,right,type='interval2')~1), which stops at 5e-5"))
  }
}
cosmesis <- read("cosmesis.csv")
for (a in unique(cosmesis$arm)) with(subset(cosmesis, arm == a), {
  at <- if (a == "radiotherapy") c(4, 5, 7, 8, 12, 25, 34, 40) else c(4, 5, 8, 12, 17, 19, 20, 25, 31, 36, 44, 48)
  interval(paste("cosmesis", a), "cosmesis.csv", a, left, right, at, 1e-6)
})
with(read("interval_mixed.csv"), interval("mixed", "interval_mixed.csv", "", left, right,
                                          c(2, 3, 5, 8, 14), 1e-6))

# --- Smoothed hazards -------------------------------------------------------------------------
# Mueller and Wang (1994), formula by formula.
smooth <- function(case, name, b, end, times) {
  d <- data[[name]]
  for (a in levels(d$arm)) {
    x <- d[d$arm == a, ]; u <- sort(unique(x$time[x$event == 1 & x$time <= end]))
    dN <- sapply(u, function(t) sum(x$time == t & x$event == 1)); Y <- sapply(u, function(t) sum(x$time >= t))
    for (t in times) {
      z <- (t - u) / b
      K <- if (t >= b && t <= end - b) ifelse(abs(z) <= 1, 0.75 * (1 - z^2), 0) else {
        q <- if (t < b) t / b else (end - t) / b
        if (t >= b) z <- -z
        ifelse(z >= -1 & z <= q, 12 / (1 + q)^4 * (z + 1) * (z * (1 - 2 * q) + (3 * q^2 - 2 * q + 1) / 2), 0)
      }
      values <- c(hazard = max(sum(K * dN / Y) / b, 0), std_err = sqrt(sum(K^2 * dN / Y^2)) / b)
      for (q in names(values)) {
        emit("smoothed_hazard", case = case, data = name, bandwidth = b, until = end, arm = a, at = t,
             quantity = q, expected = values[[q]], tolerance = 1e-10, source = paste0(loops, "smooth"))
      }
    }
  }
}
smooth("veteran", "veteran", 60, 300, c(0, 10, 30, 60, 150, 240, 270, 299, 300))
smooth("lung", "lung_by_sex", 150, 700, c(0, 50, 150, 400, 550, 600, 700))
smooth("time zero", "time_zero", 1.5, 4, c(0, 1, 1.5, 2, 3, 4))

for (table in names(rows)) {
  write.csv(rows[[table]], paste0(table, ".csv"), row.names = FALSE, quote = TRUE)
}
