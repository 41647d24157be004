# Estimates of the distribution of site rates. Run: Rscript tests/oracles/enrolment_rates.R
# Without a trend: MASS::glm.nb with the exposure as offset. With a trend: the likelihood of the
# patients' months with each site's rate integrated out numerically, maximised by optim; the
# patients of data/enrolment_patients.csv are synthetic (15 sites that open evenly in 6 months).
library(MASS)
folder <- file.path("tests", "oracles")
rows <- list()
add <- function(case, clock, counts, exposures, parameter, quantity, expected, tolerance, source)
  rows[[length(rows) + 1]] <<- data.frame(
    case, clock, counts = paste(counts, collapse = ";"), exposures = paste(exposures, collapse = ";"),
    parameter, quantity, expected = format(expected, digits = 12), tolerance, source)
version <- paste("R", getRversion(), "MASS", packageVersion("MASS"))

cases <- list(
  twelve = list(c(9, 4, 12, 0, 3, 7, 1, 5, 2, 15, 0, 6),
                c(6, 6, 5.5, 5, 5, 4.5, 4, 4, 3.5, 3, 2.5, 2)),
  six = list(c(9, 1, 12, 3, 0, 5), rep(6, 6)),
  uneven = list(c(31, 2, 0, 17, 8, 0, 1, 24), c(18, 4, 1, 15, 9, 0.5, 2, 12)))
for (case in names(cases)) {
  n <- cases[[case]][[1]]; e <- cases[[case]][[2]]
  fit <- glm.nb(n ~ 1 + offset(log(e)), control = glm.control(epsilon = 1e-14, maxit = 500))
  source <- paste0(version, ": glm.nb(n ~ 1 + offset(log(e)))")
  add(case, "none", n, e, "shape", "estimate", fit$theta, 1e-4, source)
  add(case, "none", n, e, "mean", "estimate", exp(coef(fit)), 1e-5, source)
  ends <- sapply(c(-1, 1), function(side) {  # profile of the mean
    floor <- logLik(fit) - qchisq(0.95, 1) / 2
    excess <- function(at) {
      shape <- optimize(function(a) sum(dnbinom(n, exp(a), mu = exp(at) * e, log = TRUE)),
                        c(-5, 7), maximum = TRUE, tol = 1e-10)
      shape$objective - floor
    }
    exp(uniroot(excess, sort(coef(fit) + c(0, side * 3)), tol = 1e-10)$root)
  })
  add(case, "none", n, e, "mean", "lower", ends[1], 1e-4, paste(version, "profile of dnbinom()"))
  add(case, "none", n, e, "mean", "upper", ends[2], 1e-4, paste(version, "profile of dnbinom()"))
}

patients <- read.csv(file.path(folder, "data", "enrolment_patients.csv"))
opens <- seq(0, 6, length.out = 15); now <- 14
likelihood <- function(at, age) {
  total <- 0
  for (i in seq_along(opens)) {
    months <- patients$month[patients$site == paste("Site", i - 1)]
    start <- if (age) 0 else opens[i]; stop <- start + now - opens[i]
    along <- if (age) months - opens[i] else months
    e <- integrate(function(s) exp(at[3] * s), start, stop, rel.tol = 1e-12)$value
    n <- length(months)
    peak <- (exp(at[1]) + n) / (exp(at[1] - at[2]) + e)
    inner <- function(r) exp(n * log(r) - r * e + dgamma(r, exp(at[1]), exp(at[1] - at[2]), log = TRUE)
                             - n * log(peak) + peak * e)
    value <- integrate(inner, 0, peak, rel.tol = 1e-11)$value +
      integrate(inner, peak, Inf, rel.tol = 1e-11)$value
    total <- total + log(value) + n * log(peak) - peak * e + at[3] * sum(along)
  }
  total
}
for (clock in c("calendar", "age")) {
  age <- clock == "age"
  fit <- optim(c(0.3, 0, -0.02), likelihood, age = age, method = "BFGS", hessian = TRUE,
               control = list(fnscale = -1, reltol = 1e-15, ndeps = rep(1e-5, 3)))
  errors <- sqrt(diag(solve(-fit$hessian)))
  source <- paste("R", getRversion(), "optim() of the likelihood with rates integrated by integrate()")
  values <- c(exp(fit$par[1:2]), fit$par[3])
  for (k in 1:3) {
    name <- c("shape", "mean", "log_change")[k]
    add("patients", clock, "", "", name, "estimate", values[k], c(2e-3, 5e-4, 2e-5)[k], source)
    add("patients", clock, "", "", name, "std_err", errors[k], 2e-3, source)
  }
}
write.csv(do.call(rbind, rows), file.path(folder, "enrolment_rates.csv"), row.names = FALSE, quote = TRUE)
