# Reference values for analytics/safety/prediction; run from the repository's root:
#   Rscript tests/oracles/prediction.R
# Needs R and its recommended package survival. The subjects are those of `oracle_data` in
# tests/analytics/safety/prediction/simulated.py.
suppressMessages(library(survival))

i <- 0:479
age <- (i * 37) %% 50 + 40
dose <- c(0, 50, 100, 200)[i %% 4 + 1]
mark <- (i * 31) %% 100
chance <- 10 + 55 * dose / (60 + dose) + (age - 65) / 3
cause <- ifelse(mark < chance, 1, ifelse(mark > 84, 2, 0))
days <- ifelse(cause == 1, (i * 53) %% 71 + 1, (i * 29) %% 97 + 4)
rows <- list()
add <- function(case, quantity, expected, tolerance, source) {
  rows[[length(rows) + 1]] <<- data.frame(case, quantity,
    expected = formatC(expected, digits = 15, format = "g"), tolerance,
    source = paste0(R.version.string, ", tests/oracles/prediction.R: ", source))
}

# Ridge Cox models of either cause by day 60, Breslow's ties; theta / 2 times squares taken off.
time <- pmin(days, 60)
age2 <- (age - mean(age)) / (2 * sqrt(mean((age - mean(age))^2)))
dose2 <- (dose - mean(dose)) / (2 * sqrt(mean((dose - mean(dose))^2)))
for (k in 1:2) {
  fit <- coxph(Surv(time, cause == k & days <= 60) ~ ridge(age2, dose2, theta = 20, scale = FALSE),
    ties = "breslow", control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 100))
  call <- "survival::coxph(ties = \"breslow\") with ridge(theta = 20, scale = FALSE)"
  name <- c("event", "competing")[k]
  add("ridge Cox", paste(name, "AGE"), coef(fit)[1], 1e-6, call)
  add("ridge Cox", paste(name, "DOSE"), coef(fit)[2], 1e-6, call)
}

# Weighted binary regression at day 60; censored subjects before it have weight 0.
censoring <- survfit(Surv(days - 0.1 * (cause != 0), cause == 0) ~ 1)  # after events
followed <- stepfun(censoring$time, c(1, censoring$surv))
known <- days >= 60 | cause != 0
weight <- ifelse(known, 1 / followed(pmin(days, 60) - 0.5), 0)
y <- as.numeric(cause == 1 & days <= 60)
sandwich <- function(slopes, p) {
  bread <- solve(crossprod(slopes, slopes * weight * p * (1 - p)))
  bread %*% crossprod(slopes * weight * (y - p)) %*% bread
}
put <- function(curve, linear, slopes_at, covariance) {
  for (d in c(0, 25, 100, 200)) {
    s <- slopes_at(d)
    se <- sqrt(drop(s %*% covariance %*% s))
    z <- qnorm(0.975)
    values <- plogis(linear(d) + c(0, -z, z) * se)
    call <- if (curve == "logistic") "glm(family = quasibinomial), sandwich by hand" else
      "optim(method = \"BFGS\"), sandwich by hand"
    for (j in 1:3) add(curve, paste(c("risk", "lower", "upper")[j], d), values[j], 2e-4, call)
  }
}
line <- glm(y ~ dose, weights = weight, family = quasibinomial)
put("logistic", function(d) sum(coef(line) * c(1, d)), function(d) c(1, d),
  sandwich(cbind(1, dose), fitted(line)))

emax <- function(par, d) plogis(par[1]) + (plogis(par[2]) - plogis(par[1])) * d / (exp(par[3]) + d)
loss <- function(par) -sum(weight * dbinom(y, 1, emax(par, dose), log = TRUE))
best <- optim(c(-1.5, 0, log(60)), loss, method = "BFGS",
  control = list(reltol = 1e-15, maxit = 2000))$par
eta_slopes <- function(d) {  # by central differences
  sapply(1:3, function(k) {
    h <- replace(numeric(3), k, 1e-5)
    (qlogis(emax(best + h, d)) - qlogis(emax(best - h, d))) / 2e-5
  })
}
all_slopes <- t(sapply(dose, eta_slopes))
put("emax", function(d) qlogis(emax(best, d)), eta_slopes, sandwich(all_slopes, emax(best, dose)))
add("emax", "ED50", exp(best[3]), 1e-3, "optim(method = \"BFGS\")")

write.csv(do.call(rbind, rows), "tests/oracles/prediction_models.csv", row.names = FALSE)
